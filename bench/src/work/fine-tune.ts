import { readFileSync } from 'node:fs';

import { Bert } from '@bertune/bert';
import { type SequenceBatch, SequenceClassifier } from '@bertune/heads';
import { BertTokenizer } from '@bertune/tokenizer';
import { toTensors } from '@bertune/tokenizer/tensors';
import { accuracy, adamW, compile, type Dataset, linearSchedule } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';
import { parse } from 'csv-parse/sync';

import { startEngine } from './engine.js';
import type { FineTuneFigures, FineTuneRequest } from './requests.js';

const WEIGHT_DECAY = 0.01;
const WARMUP = 0.1;

interface Example {
  readonly text: string;
  readonly label: string;
}

/** Fine-tunes as the peers' `finetune.py --padding max` does, and measures the accuracy at the end. */
export async function fineTune(request: FineTuneRequest): Promise<FineTuneFigures> {
  const { epochs, batchSize, learningRate, length, seed } = request;
  const { executor, description, versions } = await startEngine(request.engine);
  const tokenizer = await BertTokenizer.fromPretrained(request.model);
  const train = readExamples(request.train);
  const labels = [...new Set(train.map(({ label }) => label))].sort();
  const bert = await Bert.fromPretrained(request.model, { allowMissing: ['pooler'], seed });
  const model = SequenceClassifier.fromEncoder(bert, { labels, seed });
  const dataset = (examples: readonly Example[]): Dataset<Example, SequenceBatch> => ({
    examples,
    length: () => length,
    collate: (batch) => ({
      ...toTensors(
        tokenizer.encodeBatch(
          batch.map(({ text }) => text),
          { padding: 'max_length', truncation: true, maxLength: length },
        ),
      ),
      labels: tf.tensor1d(
        batch.map(({ label }) => labels.indexOf(label)),
        'int32',
      ),
    }),
  });
  const compiled = compile(model, {
    executor,
    optimizer: adamW({ learningRate, weightDecay: WEIGHT_DECAY }),
    schedule: linearSchedule({ warmupRatio: WARMUP }),
    clipNorm: 1,
    metrics: [accuracy()],
  });
  await compiled.fit(dataset(train), { epochs, batchSize, seed });
  const figures = await compiled.evaluate(dataset(readExamples(request.valid)), { batchSize });
  compiled.dispose();
  model.dispose();
  return { accuracy: figures.accuracy, engine: description, versions };
}

function readExamples(file: string): readonly Example[] {
  return parse<Example>(readFileSync(file), { columns: true, bom: true });
}
