import { readdir } from 'node:fs/promises';
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

/** Files by which a folder is loaded as a model, whatever its format. */
const OF_A_MODEL =
  /^(model.*\.safetensors|pytorch_model.*\.bin|tf_model.*\.h5|(model|task)\.weights\.h5|.*\.index(\.json)?|.*\.data-\d+-of-\d+|saved_model\.pb|(bert_)?config\.json)$/;

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
  checkForm(values);
  const directory = resolve(io.cwd, destination);
  await checkOutput(directory, { overwrite: values.overwrite, where: 'DEST' });
  try {
    await convertInto(directory, source, values, io);
    return 0;
  } finally {
    await removeIfEmpty(directory);
  }
}

/** @throws AppError `usage` for what safetensors alone can have */
function checkForm({ format, dtype, maxShardSize }: CommandValues<'convert'>): void {
  if (format === 'safetensors') return;
  const asked = dtype === 'float32' ? undefined : `--dtype ${dtype}`;
  const wrong = asked ?? (maxShardSize === undefined ? undefined : '--max-shard-size');
  if (wrong === undefined) return;
  throw new AppError('usage', {
    where: `--format ${format}`,
    expected: 'float32 in files as large as they come',
    found: wrong,
    remedy: `Leave ${wrong} out, or write safetensors.`,
  });
}

/**
 * Looks for files of another model that would stay beside the new one and might be loaded instead of it.
 * @throws AppError `output-exists`
 */
async function refuseMixture(directory: string, staging: string): Promise<void> {
  const written = new Set(await readdir(staging));
  const left = (await readdir(directory)).filter((name) => OF_A_MODEL.test(name) && !written.has(name));
  if (left.length === 0) return;
  throw new AppError('output-exists', {
    where: 'DEST',
    expected: `no other model's files than those that are replaced: ${[...written].sort().join(', ')}`,
    found: `${left.slice(0, 3).join(', ')}${left.length > 3 ? ', ...' : ''} in ${directory}`,
    remedy: 'They might be loaded instead: name another directory, or remove them.',
  });
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
    await refuseMixture(directory, staging);
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
