import type { ConfigProblem } from '../errors.js';

/** Attention heads that a model no longer has, by layer: each counted as if none were missing. `pruned_heads` */
export type PrunedHeads = Readonly<Record<number, readonly number[]>>;

/** The sizes that say which heads there were. */
interface Sizes {
  readonly numLayers: number;
  readonly numHeads: number;
}

/** What of a configuration says which heads are left. */
export interface HeadsLeft extends Sizes {
  readonly prunedHeads?: PrunedHeads | undefined;
}

/** Numbers of the heads that a layer has, in the order in which they lie in its weights. */
export function headsOf({ numHeads, prunedHeads }: HeadsLeft, layer: number): number[] {
  const pruned = prunedHeads?.[layer] ?? [];
  return Array.from({ length: numHeads }, (_, head) => head).filter((head) => !pruned.includes(head));
}

/** Heads in ascending order, each once, without layers that have them all; undefined where no head is missing. */
function normalized(heads: Readonly<Record<string, readonly number[]>>): PrunedHeads | undefined {
  const entries = Object.entries(heads)
    .map(([layer, list]): [number, number[]] => [Number(layer), [...new Set(list)].sort((a, b) => a - b)])
    .filter(([, list]) => list.length > 0);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const isIndex = (value: unknown, below: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below;

/**
 * Checks a list of pruned heads against the sizes of its model; a layer must keep one at least.
 * @param label how the source spells it
 */
export function checkPrunedHeads(
  value: unknown,
  { numLayers, numHeads }: Sizes,
  label: string,
): { readonly heads: PrunedHeads | undefined; readonly problem: ConfigProblem | undefined } {
  if (value === undefined || value === null) return { heads: undefined, problem: undefined };
  const lists = typeof value === 'object' && !Array.isArray(value) ? value : { none: undefined };
  const isFine = Object.entries(lists).every(
    ([layer, list]: [string, unknown]) =>
      /^\d+$/.test(layer) &&
      isIndex(Number(layer), numLayers) &&
      Array.isArray(list) &&
      list.every((head) => isIndex(head, numHeads)) &&
      new Set(list).size < numHeads,
  );
  if (isFine) {
    return { heads: normalized(lists as Readonly<Record<string, readonly number[]>>), problem: undefined };
  }
  const expected = `lists of heads below ${numHeads} by layer below ${numLayers}, one head of each layer left`;
  return { heads: undefined, problem: { field: label, expected, found: JSON.stringify(value) } };
}

/** What was pruned before and what is to be pruned now. */
export function unionOfHeads(before: PrunedHeads | undefined, now: PrunedHeads): PrunedHeads {
  const layers = new Set([...Object.keys(before ?? {}), ...Object.keys(now)].map(Number));
  return Object.fromEntries(
    [...layers].map((layer) => [layer, [...(before?.[layer] ?? []), ...(now[layer] ?? [])]]),
  );
}
