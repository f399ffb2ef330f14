/** `node dist/work/main.js REQUEST`: does one piece of work, given as JSON, and prints its result as one line of JSON. */
import { timeTfjsTrainSteps } from '../baselines/time-tfjs.js';
import { BenchError } from '../errors.js';
import { fineTune } from './fine-tune.js';
import { timeInference } from './inference.js';
import { makeModel } from './make-model.js';
import type { WorkRequest } from './requests.js';
import { timeTrainSteps } from './train-step.js';

async function work(request: WorkRequest): Promise<object> {
  switch (request.kind) {
    case 'train-step':
      return timeTrainSteps(request);
    case 'tfjs-train-step':
      return timeTfjsTrainSteps(request);
    case 'inference':
      return timeInference(request);
    case 'make-model':
      return makeModel(request);
    case 'fine-tune':
      return fineTune(request);
  }
}

try {
  const result = await work(JSON.parse(process.argv[2]) as WorkRequest);
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  const expected = error instanceof BenchError;
  process.stderr.write(
    `${error instanceof Error ? ((expected ? undefined : error.stack) ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
