import { host } from '#host';

import { rangeProblems, throwProblems } from '../../errors.js';
import { concatenated, Message } from './protobuf.js';
import { tfRecord } from './record.js';
import { histogramSummary, prCurveSummary, scalarSummary, textSummary } from './summary.js';

/** Bytes and milliseconds after which what is waiting is written. */
const [FLUSH_BYTES, FLUSH_MILLISECONDS] = [2 ** 16, 5000];

/** Files of one process in one folder must differ in name even within a second. */
let writers = 0;

/** Options of `EventFileWriter`. */
export interface EventFileWriterOptions {
  /** folder of the run, made when needed; TensorBoard shows each folder as a run of its name */
  readonly directory: string;
  /** milliseconds since 1970, for the times of events; default the clock */
  readonly now?: () => number;
}

/**
 * Writes an event file of TensorBoard: figures, histograms, text and precision-recall curves, each under a tag and at a step.
 * Events are written in batches, of whole records; `flush` when they must be seen. Nothing stays open between writes.
 */
export class EventFileWriter {
  /** the file, from the first flush on */
  readonly path: string;
  private readonly now: () => number;
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private flushed: number;

  constructor({ directory, now = Date.now }: EventFileWriterOptions) {
    const { hostName, processId } = host.identity();
    this.now = now;
    this.flushed = now();
    const second = String(Math.floor(this.flushed / 1000)).padStart(10, '0');
    this.path = host.join(
      directory,
      `events.out.tfevents.${second}.${hostName}.${processId}.${writers++}.v2`,
    );
    this.add((event) => event.bytes(3, 'brain.Event:2'));
  }

  /** A figure. */
  scalar(tag: string, figure: number, step: number): Promise<void> {
    return this.summary(step, scalarSummary(tag, figure));
  }

  /** How values, in any shape, are distributed. */
  histogram(tag: string, values: ArrayLike<number>, step: number): Promise<void> {
    return this.summary(step, histogramSummary(tag, values));
  }

  /** Text in Markdown. */
  text(tag: string, text: string, step: number): Promise<void> {
    return this.summary(step, textSummary(tag, text));
  }

  /**
   * A precision-recall curve.
   * @param labels [N], 1 is positive
   * @param scores [N], in [0, 1]
   * @param thresholds points of the curve; default 201. All curves of a tag must have as many.
   * @throws TrainError `shape-mismatch`, `invalid-options`
   */
  async prCurve(
    tag: string,
    labels: ArrayLike<number>,
    scores: ArrayLike<number>,
    step: number,
    thresholds = 201,
  ): Promise<void> {
    throwProblems(
      'prCurve',
      thresholds >= 2 ? rangeProblems({ thresholds }, 'count') : ['thresholds must be 2 or more'],
    );
    await this.summary(step, prCurveSummary(tag, labels, scores, thresholds));
  }

  /**
   * Says that a session begins at a step. TensorBoard then forgets what an earlier session of the run, killed later than
   * where this one goes on, had written from that step on; it wants to see the beginning of both.
   */
  start(step: number): void {
    this.add((event) => atStep(event, step).message(7, new Message().integer(1, 1))); // SessionLog.START
  }

  /** Writes what is waiting. @throws TrainError `file-failed`, `not-supported` */
  async flush(): Promise<void> {
    this.flushed = this.now();
    if (this.waiting.length === 0) return;
    const content = concatenated(this.waiting.splice(0));
    this.waitingBytes = 0;
    await host.append(this.path, content);
  }

  private async summary(step: number, value: Message): Promise<void> {
    throwProblems('EventFileWriter', rangeProblems({ step }, 'index'));
    this.add((event) => atStep(event, step).message(5, new Message().message(1, value)));
    const isDue = this.waitingBytes >= FLUSH_BYTES || this.now() - this.flushed >= FLUSH_MILLISECONDS;
    if (isDue) await this.flush();
  }

  private add(fill: (event: Message) => Message): void {
    const event = fill(new Message().double(1, this.now() / 1000));
    const record = tfRecord(event.encode());
    this.waiting.push(record);
    this.waitingBytes += record.length;
  }
}

/** 0 is the default, which is not written. */
function atStep(event: Message, step: number): Message {
  return step === 0 ? event : event.integer(2, step);
}
