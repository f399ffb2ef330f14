import type { Callback, FitParams } from '@bertune/train';

import type { TextSink } from '../io.js';
import { startProgress, type Progress } from '../progress.js';

function figure(value: number | undefined): string {
  return value === undefined ? '?' : value.toFixed(4);
}

/** Shows a bar for each epoch, and a line with its figures when it has ended. */
export function showProgress(sink: TextSink, metric: string): Callback {
  let params: FitParams | undefined;
  let progress: Progress | undefined;
  let title = '';
  let begin = 0;
  return {
    setParams(given) {
      params = given;
    },
    onEpochBegin(epoch) {
      title = `epoch ${epoch + 1}/${params?.epochs ?? '?'}`;
      begin = Date.now();
      progress = startProgress(sink, title, params?.stepsPerEpoch[epoch] ?? 0);
    },
    onTrainBatchEnd(step, { loss, tokensPerSecond }) {
      progress?.update(step + 1, `loss ${figure(loss)}, ${Math.round(tokensPerSecond)} tokens/s`);
    },
    onTestBegin() {
      progress?.stop();
    },
    onEpochEnd(_epoch, logs) {
      progress?.stop();
      const seconds = ((Date.now() - begin) / 1000).toFixed(1);
      sink.write(
        `${title}: loss ${figure(logs.loss)}, valid loss ${figure(logs.val_loss)}, valid ${metric} ${figure(logs[`val_${metric}`])}, ${seconds}s\n`,
      );
    },
    onTrainEnd() {
      progress?.stop();
    },
  };
}
