import { type BertTokenizer, TokenizerError } from '@bertune/tokenizer';

import { builtInReviews } from '../data/built-in.js';
import { readStandardInput } from '../data/standard-input.js';
import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { readTokenizer } from '../model/read-tokenizer.js';
import { resolveModel } from '../model/resolve-model.js';
import { tokenizerFromTexts } from '../model/tokenizer.js';
import type { CommandValues } from '../options.js';
import { choosePaint } from '../tokenize/colors.js';
import { formatTokenized } from '../tokenize/format.js';
import { tokenizeText } from '../tokenize/row.js';
import { withFidelity } from '../tokenize/with-fidelity.js';

/** `sentiment tokenize`: what each stage of the tokenizer makes of each text, on standard output. */
export async function tokenize(
  values: CommandValues<'tokenize'>,
  positionals: readonly string[],
  io: Io,
): Promise<number> {
  const texts = positionals.length > 0 ? positionals : await readStandardInput(io);
  if (texts.length === 0) {
    throw new AppError('empty-file', {
      where: 'sentiment tokenize',
      expected: 'texts as arguments or on standard input',
      found: 'none',
      remedy: 'For example: sentiment tokenize "The food was great."',
    });
  }
  const opened = await openTokenizer(values.model, io);
  const tokenizer = values.fidelity === undefined ? opened : withFidelity(opened, values.fidelity);
  const paint = choosePaint({
    refused: values.noColor,
    isTTY: io.stdout.isTTY === true,
    env: process.env,
  });
  texts.forEach((text, index) => {
    const tokenized = tokenizeText(tokenizer, text, values);
    const lines = values.json
      ? [JSON.stringify(tokenized)]
      : [...(index > 0 ? [''] : []), ...formatTokenized(tokenized, tokenizer.settings.unkToken, paint)];
    io.stdout.write(`${lines.join('\n')}\n`);
  });
  return 0;
}

async function openTokenizer(model: string | undefined, io: Io): Promise<BertTokenizer> {
  if (model === undefined) {
    const tokenizer = tokenizerFromTexts(builtInReviews().train, 128);
    io.stderr.write(
      `tokenizer: ${tokenizer.vocabularySize} tokens learnt from the built-in reviews, as train does; --model DIR names another\n`,
    );
    return tokenizer;
  }
  const directory = await resolveModel(model, io);
  try {
    const { tokenizer, notes } = await readTokenizer(directory);
    for (const note of notes) io.stderr.write(`${note}\n`);
    return tokenizer;
  } catch (cause) {
    if (!(cause instanceof TokenizerError && cause.code === 'file-missing')) throw cause;
    throw new AppError('missing-directory', {
      where: '--model',
      expected: 'a directory with vocab.txt or tokenizer.json',
      found: `neither in ${directory}`,
      remedy: 'Name the directory of a model, as train saves it or transformers does.',
      cause,
    });
  }
}
