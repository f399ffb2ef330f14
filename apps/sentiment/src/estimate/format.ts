import type { Outcome, TrainingEstimate } from './estimate-training.js';
import type { MemoryNeed } from './memory-need.js';

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** `950 MB`, `2.4 GB`. */
export function writtenBytes(bytes: number): string {
  if (bytes >= 0.9995e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.round(bytes / 1e6)} MB`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function writtenTime(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The estimate in lines for a person. */
export function formatEstimate({ run, memory, available, isAtMost }: TrainingEstimate): string[] {
  const padding = (100 * (1 - run.tokens / run.paddedTokens)).toFixed(0);
  const time =
    `, ${isAtMost ? 'at most ' : ''}about ${writtenTime(run.seconds)}` +
    (run.validationSeconds > 0 ? ` (validation ${writtenTime(run.validationSeconds)} of it)` : '');
  return [
    `estimate: ${count(run.steps)} steps, ${count(run.tokens)} tokens and ${padding} % padding${time}`,
    `estimate: about ${writtenBytes(memory.total)} of memory at its height, ${writtenBytes(available)} can be had; ${parts(memory, run.largestBatch)}`,
  ];
}

/** How the training went against the estimate, in a line. */
export function formatOutcome({ run, memory }: TrainingEstimate, took: Outcome): string {
  return (
    `took ${writtenTime(took.seconds)} (estimated ${writtenTime(run.seconds)}), ` +
    `${writtenBytes(took.memory)} of memory (estimated ${writtenBytes(memory.total)})`
  );
}

function parts(
  { parameters, gradients, optimizer, activations, saving }: MemoryNeed,
  { rows, length }: TrainingEstimate['run']['largestBatch'],
): string {
  return [
    `parameters ${writtenBytes(parameters)}`,
    `gradients ${writtenBytes(gradients)}`,
    `optimizer ${writtenBytes(optimizer)}`,
    `activations of ${rows} texts of ${length} tokens ${writtenBytes(activations)}`,
    ...(saving > 0 ? [`checkpoints ${writtenBytes(saving)}`] : []),
  ].join(', ');
}
