import { host } from '#host';
import * as tf from '@tensorflow/tfjs';

import type { Callback, FitParams, Logs, StepLogs } from './callback.js';

/** Options of `ProgressBar`. */
export interface ProgressBarOptions {
  /** takes text as it is, e.g. `(text) => process.stderr.write(text)` */
  readonly write: (text: string) => void;
  /** whether what is written is a terminal, on which one line is drawn again and again; default false: plain lines */
  readonly isTerminal?: boolean;
  /** columns of the terminal; default 80 */
  readonly columns?: () => number;
  /** seconds from one plain line, or 1/50 of that from one drawing, to the next; default 10 */
  readonly everySeconds?: number;
  /** milliseconds; default the clock */
  readonly now?: () => number;
  /** memory in use in bytes; default that of the process, in a browser that of the tensors */
  readonly memory?: () => number;
}

/** Steps whose mean time the rate and the time left go by: the first ones of a run compile, long batches come in turn. */
const WINDOW = 50;

/**
 * Shows how far training has come: steps, loss, learning rate, steps and tokens a second, time left of the run, share of
 * padding, memory. One line of figures stays of each epoch.
 */
export class ProgressBar implements Callback {
  private params: FitParams | undefined;
  private readonly times: number[] = [];
  private epochBegin = 0;
  private lastShown = -Infinity;
  private epoch = 0;
  private drawn = 0;
  private testBatches = 0;

  constructor(private readonly options: ProgressBarOptions) {}

  /** Keeps what is known of the run. */
  setParams(params: FitParams): void {
    this.params = params;
  }

  /** Begins to measure. */
  onEpochBegin(epoch: number): void {
    this.epoch = epoch;
    this.epochBegin = this.now();
    this.times.splice(0, this.times.length, this.epochBegin);
    this.lastShown = this.epochBegin;
  }

  /** Shows a step where it is time to. */
  onTrainBatchEnd(step: number, logs: StepLogs): void {
    this.times.push(this.now());
    if (this.times.length > WINDOW + 1) this.times.shift();
    const total = this.params?.stepsPerEpoch[this.epoch] ?? 0;
    if (!this.isDue()) return;
    const stepSeconds = (this.times[this.times.length - 1] - this.times[0]) / 1000 / (this.times.length - 1);
    const left = (logs.totalSteps - logs.step - 1) * stepSeconds;
    this.show(step + 1, total, [
      `${duration(left)} left`,
      `loss ${logs.loss.toFixed(4)}`,
      `lr ${logs.learningRate.toExponential(1)}`,
      `${rate(1 / stepSeconds)} steps/s`,
      `${Math.round(logs.tokensPerSecond)} tokens/s`,
      `padding ${percent(logs.paddingWaste)}`,
      bytes(this.memory()),
    ]);
  }

  /** Counts the batches of a validation. */
  onTestBegin(batches: number): void {
    this.testBatches = batches;
  }

  /** Shows a batch of a validation where it is time to. */
  onTestBatchEnd(batch: number): void {
    if (this.isDue()) this.show(batch + 1, this.testBatches, ['validation']);
  }

  /** Leaves the line of an epoch. */
  onEpochEnd(epoch: number, logs: Logs): void {
    const { learningRate: _, paddingWaste = 0, tokensPerSecond = 0, ...figures } = logs;
    const seconds = (this.now() - this.epochBegin) / 1000;
    this.line([
      this.title(epoch),
      [
        duration(seconds),
        ...Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(4)}`),
        `${Math.round(tokensPerSecond)} tokens/s`,
        `padding ${percent(paddingWaste)}`,
        bytes(this.memory()),
      ].join(', '),
    ]);
  }

  /** Ends the line that was being drawn. */
  onTrainEnd(): void {
    if (this.drawn > 0) this.options.write('\n');
    this.drawn = 0;
  }

  private isDue(): boolean {
    const { isTerminal = false, everySeconds = 10 } = this.options;
    const now = this.now();
    if (now - this.lastShown < (isTerminal ? everySeconds / 50 : everySeconds) * 1000) return false;
    this.lastShown = now;
    return true;
  }

  private show(done: number, total: number, figures: readonly string[]): void {
    const { isTerminal = false, columns = () => 80, write } = this.options;
    const text = `${done}/${total}`;
    if (!isTerminal) {
      this.line([this.title(this.epoch), `${text} ${figures.join(', ')}`]);
      return;
    }
    const bar = drawBar(done, total, 16);
    const whole = `${this.title(this.epoch)} ${bar} ${text} ${figures.join(', ')}`;
    const line = whole.slice(0, Math.max(1, columns() - 1)); // one less: a full line would wrap
    write(`\r${line.padEnd(this.drawn)}`);
    this.drawn = line.length;
  }

  private line(parts: readonly string[]): void {
    const text = parts.join(': ');
    this.options.write(this.drawn > 0 ? `\r${text.padEnd(this.drawn)}\n` : `${text}\n`);
    this.drawn = 0;
  }

  private title(epoch: number): string {
    return `epoch ${epoch + 1}/${this.params?.epochs ?? '?'}`;
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private memory(): number {
    return this.options.memory?.() ?? host.residentBytes() ?? tf.memory().numBytes;
  }
}

function drawBar(done: number, total: number, width: number): string {
  const filled = total === 0 ? 0 : Math.floor((done / total) * width);
  return `[${'='.repeat(filled)}${' '.repeat(width - filled)}]`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${two(whole % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

function rate(perSecond: number): string {
  return perSecond >= 10 ? String(Math.round(perSecond)) : perSecond.toFixed(perSecond >= 1 ? 1 : 2);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function bytes(count: number): string {
  return count >= 1e9 ? `${(count / 1e9).toFixed(1)} GB` : `${Math.round(count / 1e6)} MB`;
}
