import { join } from 'node:path';

import { alternate, type Side } from '../alternate.js';
import { chosen, type Context } from '../benchmark.js';
import { runJson } from '../child.js';
import { medianTimes } from '../compare.js';
import { peerScript } from '../peer.js';
import { makeRow, type Row } from '../row.js';
import { runOurs } from '../run-ours.js';
import type { EncodeTiming } from '../work/tokenizer-requests.js';
import type { Part } from './part.js';
import { checkSameTokens } from './same-tokens.js';
import type { Texts, Workplace } from './texts.js';

/** What the issue asks for: ids and masks, and with offsets. */
const AT_LEAST = { ids: 10, offsets: 4 } as const;
const MEGABYTE = 1e6;

interface Case {
  readonly name: string;
  readonly texts: Texts;
  readonly offsets: boolean;
}

/** Encodes the same texts on all sides, one call each, and checks that the same came out. */
export async function compareSpeed(context: Context, place: Workplace): Promise<Part> {
  const all = [place.reviews, place.documents, ...(place.sst2 ? [place.sst2] : [])];
  const cases = all.flatMap((texts): Case[] => [
    { name: `${texts.name}, ids and masks`, texts, offsets: false },
    { name: `${texts.name}, with offsets`, texts, offsets: true },
  ]);
  const rows: Row[] = [];
  const results: Record<string, EncodeTiming[]> = {};
  for (const each of chosen(cases, context.settings)) {
    const found = await compareCase(context, place, each);
    for (const [side, timings] of Object.entries(found)) (results[side] ??= []).push(...timings);
    rows.push(...rowsOf(each, found, context.settings.smoke));
  }
  const { ours = [], ...peers } = results;
  return { rows, ours, peer: Object.values(peers).flat() };
}

async function compareCase(
  { settings: { rounds, smoke }, peer, say }: Context,
  place: Workplace,
  { name, texts, offsets }: Case,
): Promise<Record<string, EncodeTiming[]>> {
  const seconds = smoke ? 0.01 : 1;
  const { tokenizer } = place;
  const outputs = new Map<string, string>();
  // Results are compared once; every round has the same texts.
  const output = (side: string, round: number): string | undefined => {
    if (round > 0) return undefined;
    const file = join(place.folder, `${side}.bin`);
    outputs.set(side, file);
    return file;
  };
  const ours = async (round: number): Promise<EncodeTiming> => {
    const write = output('ours', round);
    const request = { kind: 'encode-texts', tokenizer, texts: texts.file, offsets, seconds } as const;
    return (await runOurs<EncodeTiming>({ ...request, ...(write !== undefined && { write }) })).result;
  };
  const rust = async (round: number): Promise<EncodeTiming> => {
    const write = output('rust', round);
    const args = ['--tokenizer', tokenizer, '--texts', texts.file, '--seconds', String(seconds)];
    const more = [...(offsets ? ['--offsets'] : []), ...(write === undefined ? [] : ['--write', write])];
    const command = peer?.python ?? '';
    const request = { name: 'tokenizers', command, args: [peerScript('encode_texts.py'), ...args, ...more] };
    return (await runJson<EncodeTiming>(request)).result;
  };
  const javascript = async (round: number): Promise<EncodeTiming> => {
    const write = output('javascript', round);
    const args = [tokenizer, texts.file, String(seconds), ...(write === undefined ? [] : [write])];
    const script = [peerScript('encode_texts.mjs'), ...args];
    const request = { name: '@huggingface/tokenizers', command: process.execPath, args: script };
    return (await runJson<EncodeTiming>(request)).result;
  };
  const sides: Side<EncodeTiming>[] = [
    { name: 'ours', run: ours },
    ...(peer ? [{ name: 'rust', run: rust }] : []),
    // It gives no offsets.
    ...(offsets ? [] : [{ name: 'javascript', run: javascript }]),
  ];
  const results = await alternate(rounds, sides, (side, round, timing) => {
    const [speed] = speeds(texts, [timing]);
    say(
      `${name}  round ${round + 1}/${rounds}  ${side.padEnd(10)}  ${speed.toFixed(1)} MB/s  (${timing.engine})`,
    );
  });
  const mine = { side: 'ours', file: outputs.get('ours') ?? '' };
  for (const [side, file] of outputs) {
    if (side !== 'ours') checkSameTokens(mine, { side, file }, texts.texts, offsets);
  }
  const compared = [...outputs.keys()].filter((side) => side !== 'ours').join(', ') || 'nobody';
  say(`${name}  ${texts.texts.length} texts, ${results.ours[0].tokens} tokens, identical with ${compared}`);
  return results;
}

function rowsOf(
  { name, texts, offsets }: Case,
  { ours, ...peers }: Record<string, EncodeTiming[]>,
  smoke: boolean,
): Row[] {
  const atLeast = smoke ? {} : { atLeast: offsets ? AT_LEAST.offsets : AT_LEAST.ids };
  const common = { unit: 'MB/s', better: 'higher', ours: speeds(texts, ours) } as const;
  const known = Object.entries(peers);
  if (known.length === 0) return [makeRow({ ...common, name })];
  return known.map(([side, timings]) => {
    const peer = speeds(texts, timings);
    return makeRow({
      ...common,
      ...atLeast,
      name: `${name}, against ${side === 'rust' ? 'Rust' : 'JavaScript'}`,
      peer,
      note: `first pass ${ours[0].first_ms.toFixed(0)} ms, peer ${timings[0].first_ms.toFixed(0)} ms`,
    });
  });
}

/** MB/s of each run, by its median pass. */
function speeds({ bytes }: Texts, timings: readonly EncodeTiming[]): number[] {
  return medianTimes(timings).map((milliseconds) => bytes / MEGABYTE / (milliseconds / 1000));
}
