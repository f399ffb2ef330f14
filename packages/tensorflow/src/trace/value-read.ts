import { describeEntry, type SymbolicEntry } from '../tensors/entries.js';
import { TraceError } from './trace-error.js';

/** Frames of the engine, of TensorFlow.js and of Node: not the caller's. */
const LIBRARY = /@tensorflow[/\\]|node_modules[/\\]|node:|tensorflow[/\\](?:src|dist)[/\\]/;

/** The error of reading a traced value; names the function of TensorFlow.js that wanted it, and who called that. */
export function valueRead(entry: SymbolicEntry): TraceError {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const caller = frames.findIndex((frame) => !LIBRARY.test(frame) && !frame.endsWith('<anonymous>'));
  const called = /at (?:async )?(\S+)/.exec(frames[caller - 1] ?? '')?.[1] ?? 'a read';
  const where = /\(?([^()\s]+:\d+:\d+)\)?$/.exec(frames[caller] ?? '')?.[1];
  return new TraceError(
    'value-read',
    `${called}${where ? ` at ${where}` : ''}: it reads the values of a tensor ${describeEntry(entry)} that is being ` +
      'traced, and has none before the compiled function runs. Return the tensor and read the result, or compute with ' +
      'tensors only.',
  );
}
