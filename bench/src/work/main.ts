/** `node dist/work/main.js REQUEST`: does one piece of work, given as JSON, and prints its result as one line of JSON. */
import { BenchError } from '../errors.js';
import type { WorkRequest } from './requests.js';

// Imported when asked for: what TensorFlow.js takes of time and memory is no part of the tokenizer's.
async function work(request: WorkRequest): Promise<object> {
  switch (request.kind) {
    case 'train-step':
      return (await import('./train-step.js')).timeTrainSteps(request);
    case 'pretrain-step':
      return (await import('./pretrain-step.js')).timePretrainSteps(request);
    case 'tfjs-train-step':
      return (await import('../baselines/time-tfjs.js')).timeTfjsTrainSteps(request);
    case 'inference':
      return (await import('./inference.js')).timeInference(request);
    case 'make-model':
      return (await import('./make-model.js')).makeModel(request);
    case 'fine-tune':
      return (await import('./fine-tune.js')).fineTune(request);
    case 'make-weights':
      return (await import('./make-weights.js')).makeWeights(request);
    case 'load':
      return (await import('./load.js')).timeLoad(request);
    case 'make-tokenizer':
      return (await import('./tokenize.js')).makeTokenizer(request);
    case 'encode-texts':
      return (await import('./tokenize.js')).encodeTexts(request);
    case 'encode-one':
      return (await import('./tokenize.js')).encodeOne(request);
    case 'make-corpus':
      return (await import('./corpus.js')).makeCorpus(request);
    case 'encode-corpus':
      return (await import('./corpus.js')).encodeCorpus(request);
    case 'train-vocabulary':
      return (await import('./corpus.js')).trainOnCorpus(request);
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
