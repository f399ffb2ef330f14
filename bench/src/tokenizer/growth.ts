import { chosen, type Context } from '../benchmark.js';
import { medianTimes } from '../compare.js';
import { makeRow, type Row } from '../row.js';
import { runOurs } from '../run-ours.js';
import type { EncodeTiming, TextKind } from '../work/tokenizer-requests.js';
import type { Part } from './part.js';
import type { Workplace } from './texts.js';

const KB = 1e3;
const MB = 1e6;

/**
 * How much dearer a byte may be in the largest text than in the smaller one it is held to, a tenth or a hundredth of it.
 * A quadratic cost would be ten times; the processor's caches, which hold less and less of it, are good for about two.
 */
const MOST_GROWTH = 3;

const KINDS = [
  'one word',
  'accents',
  'combining marks',
  'marks on one letter',
  'ideographs',
  'emoji',
] as const;

interface Case {
  readonly name: string;
  readonly text: TextKind;
  /** rising */
  readonly sizes: readonly number[];
}

const CASES: readonly Case[] = [
  { name: 'one text', text: 'prose', sizes: [10 * KB, 100 * KB, MB, 10 * MB, 100 * MB] },
  ...KINDS.map((text) => ({
    name: text,
    text,
    sizes: [MB, 10 * MB],
  })),
];

/** One large text, of several kinds and sizes: time per byte must not grow with the size, and memory is shown. */
export async function measureGrowth({ settings, say }: Context, place: Workplace): Promise<Part> {
  const rows: Row[] = [];
  const ours: EncodeTiming[] = [];
  for (const { name, text, sizes } of chosen(CASES, settings)) {
    const perByte = new Map<number, number[]>();
    for (const bytes of settings.smoke ? sizes.map((size) => size / KB) : sizes) {
      const timings: EncodeTiming[] = [];
      for (let round = 0; round < settings.rounds; round++) {
        const { result } = await runOurs<EncodeTiming>({
          kind: 'encode-one',
          tokenizer: place.tokenizer,
          texts: place.reviews.file,
          text,
          bytes,
          seconds: settings.smoke ? 0.01 : 0.5,
        });
        timings.push(result);
      }
      ours.push(...timings);
      const times = medianTimes(timings);
      const row = makeRow({
        name: `${name}, ${size(bytes)}`,
        unit: 'MB/s',
        better: 'higher',
        ours: times.map((milliseconds) => bytes / MB / (milliseconds / 1000)),
        note: `${timings[0].tokens} tokens, peak memory ${Math.max(...timings.map(({ peak_rss_mb }) => peak_rss_mb)).toFixed(0)} MB`,
      });
      say(`${row.name}  ${row.ours?.toFixed(1)} MB/s, ${row.note}`);
      perByte.set(
        bytes,
        times.map((milliseconds) => milliseconds / bytes),
      );
      rows.push(row);
    }
    rows.push(growthRow(name, perByte, settings.smoke));
  }
  return { rows, ours, peer: [] };
}

/** Time per byte of the largest text over that of the one a tenth or a hundredth as large, which has left the start behind. */
function growthRow(name: string, perByte: ReadonlyMap<number, readonly number[]>, smoke: boolean): Row {
  const entries = [...perByte];
  const [small, smallTimes] = entries[Math.floor(entries.length / 2 - 0.5)];
  const [large, largeTimes] = entries[entries.length - 1];
  return makeRow({
    name: `${name}, time per byte at ${size(large)} over ${size(small)}`,
    unit: 'times',
    ours: largeTimes.map((time, round) => time / smallTimes[round]),
    ...(!smoke && { atMost: MOST_GROWTH }),
  });
}

function size(bytes: number): string {
  return bytes >= MB ? `${bytes / MB} MB` : bytes >= KB ? `${bytes / KB} KB` : `${bytes} B`;
}
