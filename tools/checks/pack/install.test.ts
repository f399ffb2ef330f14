import { afterAll, describe, expect, it } from '@jest/globals';
import { Consumer, registryProblem } from './install.js';

const problem = registryProblem();
const withRegistry = problem === undefined ? describe : describe.skip;

withRegistry(
  `tarballs in an empty folder (${problem === undefined ? 'registry answers' : `needs the package registry: ${problem}`})`,
  () => {
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
        import { BertTokenizer } from '@bertune/tokenizer';
        const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'a', 'fine', 'film', '##s', '.'];
        const tokenizer = new BertTokenizer(vocabulary);
        console.log([...tokenizer.encode('A fine films.').inputIds].join(' '));
        await tokenizer.savePretrained('saved');
        const again = await BertTokenizer.fromPretrained('saved');
        console.log([...again.encode('A fine films.').inputIds].join(' '));
        await import('@bertune/tokenizer/tensors').catch((error) => console.log(error.code));
      `),
      ).toEqual(['2 5 6 7 8 9 3', '2 5 6 7 8 9 3', 'ERR_MODULE_NOT_FOUND']);
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
  },
);
