import { files } from '#files';

import type { CheckpointFit, StoredParameter } from './checkpoint-fit.js';
import type { Checkpoint } from './checkpoint.js';
import { describeSizes, sizesOfConfig, sizesOfShapes } from './checkpoint-sizes.js';
import { CheckpointError } from './errors.js';
import { readJson } from './pretrained-json.js';
import { otherOrientation, toParameterName } from './weight-names.js';

/** Names shown of each kind; the error's fields have all of them. */
const SHOWN = 10;

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - SHOWN;
  return [
    `  ${title} (${lines.length}):`,
    ...lines.slice(0, SHOWN).map((line) => `    ${line}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
  ];
}

/** The configuration beside the weights, for the message only: a broken one must not hide the error at hand. */
async function neighbouringConfig(
  checkpointFile: string,
): Promise<{ path: string; json: unknown } | undefined> {
  const { directory } = files.split(checkpointFile);
  for (const name of ['config.json', 'bert_config.json']) {
    const path = files.join(directory, name);
    const json = await readJson(path, () => new Error('not JSON')).catch(() => undefined);
    if (json !== undefined) return { path, json };
  }
  return undefined;
}

const moduleOf = (name: string): string => name.split('.')[0];

function advice(fit: CheckpointFit, sizesDiffer: boolean): string[] {
  const lines: string[] = [];
  const heads = new Set([...fit.missing, ...fit.mismatched.map(({ name }) => name)].map(moduleOf));
  heads.delete('embeddings');
  heads.delete('encoder');
  if (heads.size > 0) {
    const list = [...heads].map((name) => `'${name}'`).join(', ');
    const options = [
      ...(fit.missing.some((name) => heads.has(moduleOf(name))) ? ['allowMissing'] : []),
      ...(fit.mismatched.some(({ name }) => heads.has(moduleOf(name))) ? ['allowMismatched'] : []),
    ];
    lines.push(`To start ${list} afresh, list it in ${options.join(' and ')}.`);
  }
  if (fit.found.size === 0 && !sizesDiffer) {
    lines.push('Not one name fits: these are not the weights of a BERT.');
  }
  return lines;
}

/** The one error for everything that does not fit, with all names and the likely reason. */
export async function misfitError(
  fit: CheckpointFit,
  checkpoint: Checkpoint,
  expected: ReadonlyMap<string, StoredParameter>,
): Promise<CheckpointError> {
  const { missing, unexpected, mismatched } = fit;
  const file = checkpoint.file;
  const stored = new Map(
    [...checkpoint.entries.values()].map(({ name, shape }) => [toParameterName(name), shape]),
  );
  const neighbour = await neighbouringConfig(file);
  const sizes = describeSizes(
    sizesOfShapes(expected.keys(), (name) => {
      const parameter = expected.get(name);
      return parameter && otherOrientation(parameter.shape, parameter.transpose);
    }),
    sizesOfShapes(stored.keys(), (name) => stored.get(name)),
    sizesOfConfig(neighbour?.json),
    neighbour?.path,
  );
  const differences = mismatched.map(
    ({ name, expected: wanted, found }) => `${name}: expected ${wanted}, found ${found}`,
  );
  const lines = [
    `${file} does not fit the model; no parameter was changed.`,
    ...section('missing from the file', missing),
    ...section('unexpected in the file', unexpected),
    ...section('mismatched, shapes as in the file ([out, in])', differences),
    ...sizes.map((line) => `  ${line}`),
    ...advice(fit, sizes.length > 0).map((line) => `  ${line}`),
  ];
  return new CheckpointError('parameters-mismatch', lines.join('\n'), {
    file,
    missing,
    unexpected,
    mismatched,
  });
}
