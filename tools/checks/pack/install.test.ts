import { afterAll, describe, expect, it } from '@jest/globals';
import { Consumer, registryProblem } from './install.js';

const problem = registryProblem();
const withRegistry = problem === undefined ? describe : describe.skip;
const why = problem === undefined ? 'registry answers' : `needs the package registry: ${problem}`;

withRegistry(`tarballs in an empty folder (${why})`, () => {
  const consumers: Consumer[] = [];
  const consumer = (): Consumer => {
    const made = new Consumer();
    consumers.push(made);
    return made;
  };
  afterAll(() => {
    for (const made of consumers) made.dispose();
  });

  it('tokenizer alone encodes, saves and loads without TensorFlow.js', () => {
    const alone = consumer();
    alone.install(['tokenizer']);
    expect(alone.installed()).toEqual(['@bertune/tokenizer']);
    expect(
      alone.run(`
        import { BertTokenizer, encodeCorpus } from '@bertune/tokenizer';
        const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'fine', 'film', '##s', '.'];
        const tokenizer = new BertTokenizer(vocabulary);
        console.log([...tokenizer.encode('A fine films.').inputIds].join(' '));
        await tokenizer.savePretrained('saved');
        const again = await BertTokenizer.fromPretrained('saved');
        console.log([...again.encode('A fine films.').inputIds].join(' '));
        for await (const batch of encodeCorpus(tokenizer, ['a', 'fine'], { workers: 2, chunkSize: 1 })) {
          console.log(batch.firstText, batch.inputIds.join(' '));
        }
        await import('@bertune/tokenizer/tensors').catch((error) => console.log(error.code));
      `),
    ).toEqual(['2 5 6 7 8 9 3', '2 5 6 7 8 9 3', '0 2 5 3', '1 2 6 3', 'ERR_MODULE_NOT_FOUND']);
  });

  it('tokenizer gives tensors beside @tensorflow/tfjs; every tarball carries licence, types and sources', () => {
    const names = ['tokenizer', 'bert', 'heads', 'train'];
    const all = consumer();
    all.install(names, ['@tensorflow/tfjs@4']);
    for (const name of names) {
      const files = all.files(`@bertune/${name}`);
      for (const file of [
        'LICENSE',
        'README.md',
        'package.json',
        'dist/index.js',
        'dist/index.d.ts',
        'src/index.ts',
      ]) {
        expect(files).toContain(file);
      }
      expect(files.filter((file) => /^(test|etc|node_modules)\b/.test(file))).toEqual([]);
    }
    expect(
      all.run(`
        import '@tensorflow/tfjs';
        import { BertTokenizer } from '@bertune/tokenizer';
        import { toTensors } from '@bertune/tokenizer/tensors';
        const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'fine']);
        const { inputIds } = toTensors(tokenizer.encodeBatch(['fine', 'fine fine'], { padding: 'longest' }));
        console.log(inputIds.dtype, inputIds.shape.join('x'), inputIds.dataSync().join(' '));
      `),
    ).toEqual(['int32 2x4 2 5 3 0 2 5 5 3']);
  });

  it('bert, heads and train with @tensorflow/tfjs alone train a step on the cpu backend, save and load', () => {
    const trainer = consumer();
    trainer.install(['bert', 'heads', 'train'], ['@tensorflow/tfjs@4']);
    expect(
      trainer.installed().filter((name) => /^@bertune\/|^@tensorflow\/tfjs-(backend-wasm|node)/.test(name)),
    ).toEqual(['@bertune/bert', '@bertune/heads', '@bertune/train']);
    expect(
      trainer.run(`
        import { Bert, createBertConfig } from '@bertune/bert';
        import { SequenceClassifier } from '@bertune/heads';
        import { adamW, compile } from '@bertune/train';
        import * as tf from '@tensorflow/tfjs';

        await tf.setBackend('cpu');
        const config = createBertConfig({ numLayers: 1, hiddenSize: 64, vocabSize: 20, maxPosition: 8 });
        const labels = ['no', 'yes'];
        const model = SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 1 }), { labels, seed: 1 });
        const collate = (rows) => {
          const inputIds = tf.tensor2d(rows.map(({ ids }) => ids), [rows.length, 4], 'int32');
          return {
            inputIds,
            attentionMask: tf.onesLike(inputIds),
            tokenTypeIds: tf.zerosLike(inputIds),
            labels: tf.tensor1d(rows.map(({ label }) => label), 'int32'),
          };
        };
        const examples = [{ ids: [2, 7, 8, 3], label: 0 }, { ids: [2, 9, 10, 3], label: 1 }];
        const data = { examples, length: () => 4, collate };
        const compiled = compile(model, { optimizer: adamW({ learningRate: 1e-3 }) });
        const before = model.parameters.get('classifier.weight').dataSync().slice();
        const history = await compiled.fit(data, { maxSteps: 1, batchSize: 2, seed: 1 });
        const after = model.parameters.get('classifier.weight').dataSync();
        console.log(tf.getBackend(), history.losses.length, Number.isFinite(history.losses[0]));
        console.log(after.some((value, i) => value !== before[i]));
        const { values } = await compiled.predict(data);
        await model.savePretrained('saved');
        const loaded = await SequenceClassifier.fromPretrained('saved');
        const again = await compile(loaded, { optimizer: adamW({ learningRate: 1e-3 }) }).predict(data);
        console.log([...again.values].every((value, i) => value === values[i]), again.shape.join('x'));
      `),
    ).toEqual(['cpu 1 true', 'true', 'true 2x2']);
  });
});
