import type { Callback, FitParams, Logs, StepLogs } from '@bertune/train';

import type { TextSink } from '../io.js';
import { duration, startProgress, type Progress } from '../progress.js';

function figure(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

/** How fast tokens come, how much of the batches is padding, and the memory of the process. */
function load({ tokensPerSecond = 0, paddingWaste = 0 }: Logs): string[] {
  const bytes = process.memoryUsage.rss();
  return [
    `${Math.round(tokensPerSecond)} tokens/s`,
    `padding ${Math.round(paddingWaste * 100)} %`,
    bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`,
  ];
}

/** Steps whose mean time tells the time left: the first ones compile, long batches come in turn. */
const window = 50;

/** How fast steps come. */
class Pace {
  private times: number[] = [];

  /** Before the steps of an epoch: what lies between epochs is not theirs. */
  begin(): void {
    this.times = [Date.now()];
  }

  /** Time that the steps left in the run will take, validation aside. */
  left({ step, totalSteps }: Pick<StepLogs, 'step' | 'totalSteps'>): string {
    this.times.push(Date.now());
    if (this.times.length > window + 1) this.times.shift();
    const [first = 0] = this.times;
    const last = this.times[this.times.length - 1] ?? first;
    const seconds = (last - first) / 1000 / (this.times.length - 1);
    return duration(seconds * (totalSteps - step - 1));
  }
}

/** Shows a bar for each epoch, and a line with its figures when it has ended. */
export function showProgress(sink: TextSink, metric: string): Callback {
  let params: FitParams | undefined;
  let progress: Progress | undefined;
  let title = '';
  let begin = 0;
  const pace = new Pace();
  return {
    setParams(given) {
      params = given;
    },
    onEpochBegin(epoch) {
      title = `epoch ${epoch + 1}/${params?.epochs ?? '?'}`;
      begin = Date.now();
      pace.begin();
      progress = startProgress(sink, title, params?.stepsPerEpoch[epoch] ?? 0);
    },
    onTrainBatchEnd(step, logs) {
      const left = pace.left(logs);
      progress?.update(
        step + 1,
        [`loss ${figure(logs.loss)}`, ...load(logs), `run: ${left} left`].join(', '),
      );
    },
    onTestBegin() {
      progress?.stop();
    },
    onEpochEnd(_epoch, logs) {
      progress?.stop();
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      sink.write(
        `${title}: loss ${figure(logs.loss)}, valid loss ${figure(logs.val_loss)}, valid ${metric} ${figure(logs[`val_${metric}`])}, ${[`${seconds}s`, ...load(logs)].join(', ')}\n`,
      );
    },
    onTrainEnd() {
      progress?.stop();
    },
  };
}
