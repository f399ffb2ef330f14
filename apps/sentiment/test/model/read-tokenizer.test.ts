/** Tokenizers of every kind of model folder. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { goldenPath, sharedPath } from '@bertune/testkit';

import { isLowerCased, readTokenizer } from '../../src/model/read-tokenizer.js';
import { temporaryFolder } from '../helpers/files.js';

const tokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'hello', '##s'];

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

describe('the tokenizer of', () => {
  it("Google's release is told by its vocabulary: lower-cased unless it knows capitals, and that is said", async () => {
    const uncased = await readTokenizer(
      folderWith({ 'vocab.txt': tokens.join('\n'), 'bert_config.json': '{}' }),
    );
    expect(uncased.tokenizer.encode('Hellos').tokens).toEqual(['[CLS]', 'hello', '##s', '[SEP]']);
    expect(uncased.notes).toEqual([
      expect.stringMatching(/vocab\.txt .*no token has a capital, so texts are lower-cased/),
    ]);
    const cased = await readTokenizer(folderWith({ 'vocab.txt': [...tokens, 'Hello', ''].join('\r\n') }));
    expect(cased.tokenizer.encode('Hellos').tokens).toEqual(['[CLS]', 'Hello', '##s', '[SEP]']);
    expect(cased.tokenizer.vocabularySize).toBe(tokens.length + 1);
    expect(cased.notes).toEqual([expect.stringContaining('texts keep theirs')]);
  });

  it('a model of transformers is what its files say, and nothing needs saying', async () => {
    const folder = folderWith({
      'vocab.txt': tokens.join('\n'),
      'tokenizer_config.json': '{"do_lower_case":false}',
    });
    const { tokenizer, notes } = await readTokenizer(folder);
    expect([tokenizer.settings.lowercase, notes]).toEqual([false, []]);
    const weights = await readTokenizer(join(goldenPath('model/tiny-gelu/hf'), 'model.safetensors'));
    expect(weights.tokenizer.vocabularySize).toBeGreaterThan(100);
  });

  it('a preset of KerasHub is the one that its own tokenizer.json describes', async () => {
    const json = {
      module: 'keras_hub.src.models.bert.bert_tokenizer',
      class_name: 'BertTokenizer',
      config: { lowercase: false },
    };
    const files = { 'assets/tokenizer/vocabulary.txt': tokens.join('\n') };
    const told = await readTokenizer(folderWith({ ...files, 'tokenizer.json': JSON.stringify(json) }));
    expect([told.tokenizer.settings.lowercase, told.notes]).toEqual([false, []]);
    const guessed = await readTokenizer(folderWith(files));
    expect([guessed.tokenizer.settings.lowercase, guessed.notes.length]).toEqual([true, 1]);
  });

  it('no model at all is an error that says what is missing', async () => {
    await expect(readTokenizer(temporaryFolder())).rejects.toMatchObject({ code: 'file-missing' });
    writeFileSync(join(temporaryFolder(), 'vocab.txt'), Buffer.from([0xff]));
    await expect(readTokenizer(folderWith({ 'vocab.txt': '' }))).rejects.toMatchObject({
      name: 'TokenizerError',
    });
  });
});

const shared = sharedPath('golden/tokenizer/vocab');
const withVocabularies = shared !== undefined && existsSync(shared) ? it : it.skip;

withVocabularies('the four official vocabularies are told apart (needs ../shared)', () => {
  const read = (name: string): string[] =>
    readFileSync(join(shared ?? '', `${name}.txt`), 'utf8').split('\n');
  const found = ['uncased', 'cased', 'chinese', 'multilingual-cased'].map((name) =>
    isLowerCased(read(`bert-base-${name}`)),
  );
  expect(found).toEqual([true, false, true, false]);
});
