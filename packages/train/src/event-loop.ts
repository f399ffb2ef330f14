/**
 * Lets everything else that waits (input, timers, signals, drawing) have its turn. A message rather than a timer:
 * browsers slow timers of hidden pages down to one a second.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
