import { BadValue } from './option-kinds.js';

/**
 * Which parameters stay as they are: none, the embeddings, all but pooler and head, the embeddings and the first N layers,
 * or those of the modules named.
 */
export type Freeze = 'none' | 'embeddings' | 'encoder' | number | readonly string[];

/** Parses `--freeze`. */
export function parseFreeze(text: string): Freeze {
  if (text === 'none' || text === 'embeddings' || text === 'encoder') return text;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  // A word alone is a misspelt one rather than a module, but for the pooler.
  if (
    /^([a-z_]\w*(\.\w+)+|embeddings|encoder|pooler|classifier)(,|$)/i.test(text) &&
    /^[\w.,]*\w$/.test(text)
  )
    return text.split(',');
  throw new BadValue(
    'none, embeddings, encoder, a number of layers, or modules with a comma between, such as encoder.layer.0,pooler',
  );
}

/** Weight of each class in the loss: all 1, inverse to its share of the examples, or given by name. */
export type ClassWeights = 'none' | 'balanced' | ReadonlyMap<string, number>;

/** Parses `--class-weights`: `none`, `balanced` or `NAME=WEIGHT,NAME=WEIGHT`. */
export function parseClassWeights(text: string): ClassWeights {
  if (text === 'none' || text === 'balanced') return text;
  const weights = new Map<string, number>();
  for (const entry of text.split(',')) {
    // The weight stands after the last sign, so that a name may hold one.
    const at = entry.lastIndexOf('=');
    const weight = Number(entry.slice(at + 1));
    if (at < 1 || at === entry.length - 1 || !(weight > 0) || !Number.isFinite(weight)) {
      throw new BadValue('none, balanced, or NAME=WEIGHT pairs with a comma between, each weight above 0');
    }
    weights.set(entry.slice(0, at), weight);
  }
  return weights;
}

/** What `--log` can write. */
const logKinds = ['csv', 'jsonl', 'tensorboard'] as const;

/** A form of logs. */
export type LogKind = (typeof logKinds)[number];

/** Which logs a run writes. */
export type Log = 'none' | readonly LogKind[];

/** Parses `--log`: `none`, or forms with a comma between. */
export function parseLog(text: string): Log {
  if (text === 'none') return text;
  const kinds = text.split(',').map((name) => logKinds.find((kind) => kind === name));
  if (kinds.some((kind) => kind === undefined) || new Set(kinds).size < kinds.length) {
    throw new BadValue(`none, or some of ${logKinds.join(', ')}, with a comma between, each once`);
  }
  return kinds.flatMap((kind) => kind ?? []);
}
