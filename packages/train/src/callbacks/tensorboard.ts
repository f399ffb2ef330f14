import { host } from '#host';

import { rangeProblems, throwProblems } from '../errors.js';
import { problemOf } from '../metrics/decisions.js';
import type { Callback, CallbackModel, EvaluationResults, FitParams, Logs, StepLogs } from './callback.js';
import { EventFileWriter } from './tensorboard/event-file-writer.js';

/** Options of `TensorBoard`, with Keras's names. */
export interface TensorBoardOptions {
  /** folder for the runs `train` and `validation` */
  readonly logDir: string;
  /** `epoch` (default): figures of epochs; `batch`: those of every optimiser step too; a number: of every so many steps */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** epochs from one histogram of every parameter to the next; default 0: none */
  readonly histogramFreq?: number;
  /** draws a precision-recall curve of every class or label at each validation; predictions must be probabilities */
  readonly prCurves?: boolean;
  /** names of the classes in the curves' tags; default their numbers */
  readonly classNames?: readonly string[];
  /** Markdown by tag, shown as text: options, notes */
  readonly text?: Readonly<Record<string, string>>;
}

/**
 * Writes what TensorBoard shows, with the tags of Keras's callback of that name: `epoch_loss` and the like by epoch in both
 * runs, `batch_loss` by optimiser step, `evaluation_loss_vs_iterations`, `<parameter>/histogram`; beyond it precision-recall
 * curves (`pr_curve`, of several classes `pr_curve/NAME`) and text. A continued run writes files of its own, which
 * TensorBoard joins.
 */
export class TensorBoard implements Callback {
  private readonly every: number;
  private readonly writers = new Map<'train' | 'validation', EventFileWriter>();
  private model: CallbackModel | undefined;
  private initialStep = 0;
  private steps = 0;
  private epoch = 0;

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: TensorBoardOptions) {
    const { updateFreq = 'epoch', histogramFreq } = options;
    throwProblems('TensorBoard', [
      ...(typeof updateFreq === 'number' ? rangeProblems({ updateFreq }, 'count') : []),
      ...rangeProblems({ histogramFreq }, 'index'),
    ]);
    this.every = updateFreq === 'epoch' ? Infinity : updateFreq === 'batch' ? 1 : updateFreq;
  }

  /** Learns where the run goes on. */
  setParams({ initialStep }: FitParams): void {
    this.initialStep = initialStep;
  }

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Writes the text. @throws TrainError `file-failed`, `not-supported` */
  async onTrainBegin(): Promise<void> {
    this.writers.clear();
    this.steps = this.initialStep;
    const train = this.writer('train');
    for (const [tag, text] of Object.entries(this.options.text ?? {})) await train.text(tag, text, 0);
    await train.flush();
  }

  /** Keeps the epoch. */
  onEpochBegin(epoch: number): void {
    this.epoch = epoch;
  }

  /** Writes a step where it is its turn. @throws TrainError `file-failed` */
  async onTrainBatchEnd(_step: number, logs: StepLogs): Promise<void> {
    this.steps = logs.step + 1;
    if (this.steps % this.every !== 0) return;
    const { loss, learningRate, gradientNorm, tokensPerSecond, paddingWaste } = logs;
    const figures = { loss, learningRate, gradientNorm, tokensPerSecond, paddingWaste };
    for (const [name, value] of Object.entries(figures)) {
      if (!Number.isNaN(value)) await this.writer('train').scalar(`batch_${name}`, value, logs.step);
    }
  }

  /** Writes figures and curves of an evaluation. @throws TrainError `file-failed`, `not-supported` */
  async onTestEnd(logs: Logs, results: EvaluationResults): Promise<void> {
    const validation = this.writer('validation');
    for (const [name, value] of Object.entries(logs)) {
      await validation.scalar(`evaluation_${name}_vs_iterations`, value, this.steps);
    }
    if (this.options.prCurves) await this.drawCurves(validation, results);
    await validation.flush();
  }

  /** Writes an epoch. @throws TrainError `file-failed` */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const [name, value] of Object.entries(logs)) {
      const isValidation = name.startsWith('val_');
      const writer = this.writer(isValidation ? 'validation' : 'train');
      await writer.scalar(`epoch_${isValidation ? name.slice(4) : name}`, value, epoch);
    }
    const { histogramFreq = 0 } = this.options;
    if (histogramFreq > 0 && epoch % histogramFreq === 0)
      await this.writeParameters(this.writer('train'), epoch);
    await this.flush();
  }

  /** Writes what is left. @throws TrainError `file-failed` */
  onTrainEnd(): Promise<void> {
    return this.flush();
  }

  private async flush(): Promise<void> {
    for (const writer of this.writers.values()) await writer.flush();
  }

  /** Made when first needed: without validation there is no such run. */
  private writer(run: 'train' | 'validation'): EventFileWriter {
    const present = this.writers.get(run);
    if (present) return present;
    const writer = new EventFileWriter({ directory: host.join(this.options.logDir, run) });
    writer.start(this.initialStep);
    this.writers.set(run, writer);
    return writer;
  }

  private async writeParameters(writer: EventFileWriter, epoch: number): Promise<void> {
    await this.model?.readParameters();
    for (const [name, variable] of this.model?.parameters ?? []) {
      await writer.histogram(`${name}/histogram`, await variable.data(), epoch);
    }
  }

  private async drawCurves(
    writer: EventFileWriter,
    { predictions, labels }: EvaluationResults,
  ): Promise<void> {
    const { problem, columns } = problemOf(predictions, labels);
    const rows = labels.shape[0] ?? 0;
    const column = (values: Float32Array, at: number): Float32Array =>
      Float32Array.from({ length: rows }, (_, row) => values[row * columns + at]);
    const isOne = columns <= 2 && problem !== 'multi-label';
    for (const at of isOne ? [columns - 1] : Array.from({ length: columns }, (_, i) => i)) {
      const truth =
        problem === 'multi-label'
          ? column(labels.values, at)
          : labels.values.map((label) => Number(label === (isOne ? 1 : at)));
      const tag = isOne ? 'pr_curve' : `pr_curve/${this.options.classNames?.[at] ?? at}`;
      await writer.prCurve(tag, truth, column(predictions.values, at), this.epoch);
    }
  }
}
