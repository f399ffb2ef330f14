import { alternate, type Side } from '../alternate.js';
import { chosen, type Context } from '../benchmark.js';
import { runJson } from '../child.js';
import { peerScript } from '../peer.js';
import { makeRow } from '../row.js';
import { runOurs } from '../run-ours.js';
import type { TrainedVocabulary } from '../work/tokenizer-requests.js';
import type { Part } from './part.js';
import type { Workplace } from './texts.js';
import { makeCorpus } from './workers.js';

const MB = 1e6;
const BYTES = 100 * MB;
const PIECES = 30_000;
/** "Within minutes". */
const MOST_SECONDS = 120;

/** A vocabulary of 30,000 pieces from 100 MB of text, on one thread each. */
export async function compareTraining(context: Context, place: Workplace): Promise<Part> {
  const { settings, peer, say } = context;
  if (chosen([{ name: 'training' }], settings).length === 0) return { rows: [], ours: [], peer: [] };
  const { file, bytes } = await makeCorpus(place, settings.smoke ? BYTES / 1000 : BYTES);
  const size = settings.smoke ? PIECES / 100 : PIECES;
  const sides: Side<TrainedVocabulary>[] = [
    {
      name: 'ours',
      run: async () => (await runOurs<TrainedVocabulary>({ kind: 'train-vocabulary', file, size })).result,
    },
    ...(peer
      ? [
          {
            name: 'peer',
            run: async () => {
              const args = [peerScript('train_vocabulary.py'), '--text', file, '--size', String(size)];
              const request = { name: 'tokenizers', command: peer.python, args };
              return (await runJson<TrainedVocabulary>(request)).result;
            },
          },
        ]
      : []),
  ];
  const results = await alternate(
    settings.rounds,
    sides,
    (side, round, { first_ms, counting_ms, pieces }) => {
      const counting =
        counting_ms === undefined ? '' : `, ${(counting_ms / 1000).toFixed(1)} s of them counting`;
      say(
        `training  round ${round + 1}/${settings.rounds}  ${side}  ${(first_ms / 1000).toFixed(1)} s${counting}, ${pieces} pieces`,
      );
    },
  );
  const seconds = (all: readonly TrainedVocabulary[] = []): number[] =>
    all.map(({ first_ms }) => first_ms / 1000);
  const peaks = (all: readonly TrainedVocabulary[] = []): number[] =>
    all.map(({ peak_rss_mb }) => peak_rss_mb);
  const { ours, peer: theirs = [] } = results;
  const name = `training on ${(bytes / MB).toPrecision(3)} MB`;
  const rows = [
    makeRow({
      name,
      unit: 's',
      ours: seconds(ours),
      peer: seconds(theirs),
      note: `${ours[0].pieces} pieces${theirs.length > 0 ? `, peer ${theirs[0].pieces}` : ''}`,
      ...(!settings.smoke && { atMost: MOST_SECONDS }),
    }),
    makeRow({ name: `${name}, peak memory`, unit: 'MB', ours: peaks(ours), peer: peaks(theirs) }),
  ];
  return { rows, ours, peer: theirs };
}
