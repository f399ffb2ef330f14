import cliProgress from 'cli-progress';

import type { TextSink } from './io.js';

/** Shows how far long work has come: a bar for a person, a line now and then for a log. */
export interface Progress {
  /** @param done units finished so far @param note figures beside them, e.g. `loss 0.6931` */
  update(done: number, note?: string): void;
  /** Ends it; a bar's line stays as it is. */
  stop(): void;
}

/** Lines a log gets at most this often, in milliseconds. */
const linePause = 5000;

/** `45s`, `3m07s`, `2h05m`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}m${two(whole % 60)}s`
    : `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

function bar(stream: NodeJS.WritableStream, title: string, total: number): Progress {
  const shown = new cliProgress.SingleBar({
    stream,
    format: `${title} {bar} {value}/{total} {left} {note}`,
    barCompleteChar: '=',
    barIncompleteChar: '-',
    barsize: 24,
    hideCursor: true,
    fps: 5,
    // Steps of a training block the event loop: the bar is drawn when told, not by a timer.
    synchronousUpdate: true,
    stopOnComplete: false,
  });
  const begin = Date.now();
  shown.start(total, 0, { left: '', note: '' });
  return {
    update(done, note = '') {
      const left =
        done === 0 ? '' : `${duration(((Date.now() - begin) / 1000 / done) * (total - done))} left`;
      shown.update(done, { left, note });
    },
    stop: () => shown.stop(),
  };
}

function lines(sink: TextSink, title: string, total: number, now: () => number): Progress {
  let last = now();
  let lastDone = 0;
  return {
    update(done, note = '') {
      if (done === lastDone || (now() - last < linePause && done < total)) return;
      last = now();
      lastDone = done;
      sink.write(`${title} ${done}/${total}${note ? ` ${note}` : ''}\n`);
    },
    stop() {
      // Every line is complete already.
    },
  };
}

/** A bar on a terminal, plain lines elsewhere. */
export function startProgress(
  sink: TextSink,
  title: string,
  total: number,
  now: () => number = Date.now,
): Progress {
  return sink.isTTY ? bar(sink as NodeJS.WritableStream, title, total) : lines(sink, title, total, now);
}
