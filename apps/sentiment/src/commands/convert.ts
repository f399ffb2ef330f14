import { resolve } from 'node:path';

import { convertPretrained, type ConvertReport } from '@bertune/bert';
import { TokenizerError } from '@bertune/tokenizer';

import { writeTokenizer } from '../convert/write-tokenizer.js';
import { AppError } from '../errors.js';
import type { Io } from '../io.js';
import { type ReadTokenizer, readTokenizer } from '../model/read-tokenizer.js';
import { resolveModel } from '../model/resolve-model.js';
import type { CommandValues } from '../options.js';
import { removeIfEmpty } from '../output-directory.js';
import { checkOutput, fillDirectory } from '../write-file.js';

/** `sentiment convert`: a model of any format in, the files of one tool out. */
export async function convert(
  values: CommandValues<'convert'>,
  positionals: readonly string[],
  io: Io,
): Promise<number> {
  const [source, destination] = positionals;
  if (source === undefined || destination === undefined || positionals.length > 2) {
    throw new AppError('usage', {
      where: 'sentiment convert',
      expected: 'SOURCE and DEST',
      found: positionals.length === 0 ? 'none' : `${positionals.length} arguments: ${positionals.join(' ')}`,
      remedy: 'For example: sentiment convert google-bert/bert-base-uncased bert-base --format google',
    });
  }
  const directory = resolve(io.cwd, destination);
  await checkOutput(directory, { overwrite: values.overwrite });
  try {
    await convertInto(directory, source, values, io);
    return 0;
  } finally {
    await removeIfEmpty(directory);
  }
}

async function convertInto(
  directory: string,
  source: string,
  { format, dtype, maxShardSize: maxShardBytes }: CommandValues<'convert'>,
  io: Io,
): Promise<void> {
  const folder = await resolveModel(source, io);
  const tokenizer = await tokenizerOf(folder);
  for (const note of tokenizer?.notes ?? []) io.stderr.write(`${note}\n`);
  let report: ConvertReport | undefined;
  let written: readonly string[] = [];
  await fillDirectory(directory, async (staging) => {
    report = await convertPretrained(folder, staging, { format, dtype, maxShardBytes });
    if (tokenizer) written = await writeTokenizer(staging, tokenizer.tokenizer, format);
  });
  if (report) for (const line of reportLines(report, written)) io.stdout.write(`${line}\n`);
  io.stdout.write(`saved: ${directory}\n`);
}

/** The tokenizer beside the weights; a folder of weights alone can be converted too. */
async function tokenizerOf(folder: string): Promise<ReadTokenizer | undefined> {
  try {
    return await readTokenizer(folder);
  } catch (error) {
    if (error instanceof TokenizerError && error.code === 'file-missing') return undefined;
    throw error;
  }
}

function reportLines(
  { file, architecture, converted, leftOut }: ConvertReport,
  tokenizer: readonly string[],
): string[] {
  const heads = converted.filter((name) => !/^(embeddings|encoder|pooler)\./.test(name));
  const modules = [...new Set(heads.map((name) => name.replace(/\.(weight|bias)$/, '')))];
  return [
    `from ${file}`,
    `${architecture}: ${converted.length} tensors${modules.length > 0 ? `, heads included: ${modules.join(', ')}` : ', no head'}`,
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
    tokenizer.length > 0 ? `tokenizer: ${tokenizer.join(', ')}` : 'tokenizer: none lies with the weights',
  ];
}
