import { Bert, createBertConfig } from '@bertune/bert';
import { BertTokenizer } from '@bertune/tokenizer';

import { temporaryFolder } from './files.js';

/** Words that the reviews below are made of. */
export const words = ['good', 'great', 'bad', 'awful', 'film', 'food', 'very', 'the', 'was', '.'];

/**
 * A folder with a bare encoder of two layers, 32 positions, and a tokenizer of 15 words.
 * @param ofWords the order of the words, and with it their ids
 */
export async function tinyEncoder({ hiddenSize = 16, ofWords = words } = {}): Promise<string> {
  const directory = temporaryFolder();
  const tokenizer = new BertTokenizer(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...ofWords]);
  const config = createBertConfig({
    numLayers: 2,
    hiddenSize,
    numHeads: 2,
    vocabSize: tokenizer.vocabularySize,
    maxPosition: 32,
    // Large enough for so narrow a model to learn in a few steps.
    initializerRange: 0.2,
  });
  const bert = Bert.fromConfig(config, { seed: 1 });
  await bert.savePretrained(directory);
  await tokenizer.savePretrained(directory);
  bert.dispose();
  return directory;
}

/** CSV of reviews that are easily told apart, `count` of each kind. */
export function reviewsCsv(count: number, labels: readonly [string, string] = ['neg', 'pos']): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const [bad, good] = index % 2 === 0 ? ['bad', 'good'] : ['awful', 'great'];
    const subject = `${index % 3 === 0 ? 'the film' : 'the food'} was${' very'.repeat(index % 5)}`;
    return `${subject} ${bad}.,${labels[0]}\n${subject} ${good}.,${labels[1]}\n`;
  });
  return `text,label\n${rows.join('')}`;
}
