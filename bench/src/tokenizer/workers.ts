import { join } from 'node:path';

import { alternate } from '../alternate.js';
import { chosen, type Context } from '../benchmark.js';
import { medianTimes } from '../compare.js';
import { BenchError } from '../errors.js';
import { makeRow } from '../row.js';
import { runOurs } from '../run-ours.js';
import type { EncodedCorpus } from '../work/tokenizer-requests.js';
import type { Part } from './part.js';
import type { Workplace } from './texts.js';

const MB = 1e6;
/** A corpus is large: the start of the threads must not be what is measured. */
const SIZES = [20 * MB, 200 * MB] as const;
const WORKERS = [0, 1, 2] as const;
/** What the second worker must bring. */
const AT_LEAST = 1.8;
/** How much more memory ten times the corpus may take: it is read and given out piece by piece. */
const MOST_MEMORY = 1.5;

/** A corpus on worker threads: two against one, and against none; the same rows in the same order. */
export async function measureWorkers(context: Context, place: Workplace): Promise<Part> {
  const { settings, say } = context;
  if (chosen([{ name: 'corpus' }], settings).length === 0) return { rows: [], ours: [], peer: [] };
  const scale = settings.smoke ? 1000 : 1;
  const [small, large] = await Promise.all(SIZES.map((size) => makeCorpus(place, size / scale)));
  const run = async (corpus: Corpus, workers: number): Promise<EncodedCorpus> =>
    (
      await runOurs<EncodedCorpus>({
        kind: 'encode-corpus',
        tokenizer: place.tokenizer,
        file: corpus.file,
        workers,
      })
    ).result;
  const sides = WORKERS.map((workers) => ({ name: String(workers), run: () => run(large, workers) }));
  const results = await alternate(settings.rounds, sides, (workers, round, result) => {
    const speed = (large.bytes / MB / (result.first_ms / 1000)).toFixed(1);
    say(
      `corpus  round ${round + 1}/${settings.rounds}  ${workers} workers  ${speed} MB/s, ${result.rows} rows`,
    );
  });
  checkSameRows(results);
  const ofSmall = await run(small, 2);
  const [none, one, two] = WORKERS.map((workers) => results[String(workers)]);
  const speeds = (timings: readonly EncodedCorpus[]): number[] =>
    medianTimes(timings).map((milliseconds) => large.bytes / MB / (milliseconds / 1000));
  const common = { unit: 'MB/s', better: 'higher', ours: speeds(two) } as const;
  const promised = settings.smoke ? {} : { atLeast: AT_LEAST };
  const name = `corpus of ${(large.bytes / MB).toPrecision(3)} MB, 2 workers`;
  const peaks = two.map(({ peak_rss_mb }) => peak_rss_mb);
  const rows = [
    makeRow({ ...common, ...promised, name: `${name}, against 1 worker`, peer: speeds(one) }),
    makeRow({ ...common, ...promised, name: `${name}, against the calling thread`, peer: speeds(none) }),
    makeRow({
      name: `${name}, peak memory over that of a tenth`,
      unit: 'times',
      ours: peaks.map((peak) => peak / ofSmall.peak_rss_mb),
      note: `${Math.max(...peaks).toFixed(0)} MB over ${ofSmall.peak_rss_mb.toFixed(0)} MB`,
      ...(!settings.smoke && { atMost: MOST_MEMORY }),
    }),
  ];
  return { rows, ours: [...none, ...one, ...two], peer: [] };
}

interface Corpus {
  readonly file: string;
  readonly bytes: number;
}

/** Writes a corpus of about a size into the folder of the benchmark, unless it is there. */
export async function makeCorpus({ folder, reviews }: Workplace, bytes: number): Promise<Corpus> {
  const file = join(folder, `corpus-${bytes}.txt`);
  const { result } = await runOurs<{ readonly bytes: number }>({
    kind: 'make-corpus',
    file,
    bytes,
    texts: reviews.file,
  });
  return { file, bytes: result.bytes };
}

function checkSameRows(results: Readonly<Record<string, readonly EncodedCorpus[]>>): void {
  const found = Object.entries(results).flatMap(([workers, all]) =>
    all.map(({ rows, tokens, digest }) => ({
      workers,
      text: `${rows} rows, ${tokens} tokens, digest ${digest}`,
    })),
  );
  const other = found.find(({ text }) => text !== found[0].text);
  if (other === undefined) return;
  throw new BenchError(
    'wrong-figures',
    `corpus: ${other.workers} workers gave ${other.text}, ${found[0].workers} gave ${found[0].text}.`,
  );
}
