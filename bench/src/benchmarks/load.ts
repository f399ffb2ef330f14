import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Benchmark, chosen, type Context, outcome } from '../benchmark.js';
import { checkSums } from '../checks.js';
import { compare, type Compared, medianTimes, pythonPeer } from '../compare.js';
import { findPeer, type Peer, runPeer } from '../peer.js';
import { makeRow, type Row } from '../row.js';
import { runOurs } from '../run-ours.js';
import { shapeOf, smokeShape } from '../shape.js';
import type { LoadTiming, MadeWeights, WeightsFormat } from '../work/load-requests.js';
import type { BackendName } from '../work/requests.js';

/** Ours may take twice as long as the peer. */
const WITHIN = 0.5;

/** Most memory that loading may take, as a multiple of the weights. */
const MEMORY = 1.3;

const BASE = shapeOf(12, 768, 1, 128);

/** What one format is compared with. */
interface Case {
  readonly name: string;
  readonly format: WeightsFormat;
  /** how the peer's script loads */
  readonly how: string;
  readonly backend: BackendName;
  readonly atLeast?: number;
}

function cases(backend: BackendName): Case[] {
  const safetensors = { format: 'safetensors', how: 'safetensors', atLeast: WITHIN } as const;
  const others = (['wasm', 'cpu'] as const).filter((other) => other !== backend);
  return [
    ...[backend, ...others].map((each) => ({
      ...safetensors,
      name: `safetensors, ${each}, against safetensors`,
      backend: each,
    })),
    {
      name: `safetensors, ${backend}, against transformers`,
      format: 'safetensors',
      how: 'transformers',
      backend,
    },
    { name: `PyTorch's pickle, ${backend}, against torch.load`, format: 'pickle', how: 'torch', backend },
    {
      name: `TensorFlow's checkpoint, ${backend}, against load_checkpoint`,
      format: 'google',
      how: 'tensorflow',
      backend,
    },
  ];
}

/** Weights of BERT-base from the disk's cache to the backend, in every format that Python loads too. */
export const load: Benchmark = {
  summary: 'weights of BERT-base onto the backend, against safetensors, transformers, PyTorch, TensorFlow',
  needsPeer: () => true,
  peerPackages: ['torch', 'transformers', 'safetensors'],
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'bertune-bench-load-'));
    try {
      const all: Compared<LoadTiming>[] = [];
      const rows: Row[] = [];
      const { tensorflow } = await tensorflowPeer(context);
      const weightsIn = maker(context, folder);
      for (const each of chosen(cases(context.settings.backend), context.settings)) {
        const weights = await weightsIn(each.format);
        if (weights === undefined) {
          context.say(`${each.name}: not measured, it takes PEER_PYTHON to write the file`);
          continue;
        }
        const peer = each.how === 'tensorflow' ? tensorflow : context.peer;
        const compared = await compareLoads({ ...context, peer }, each, weights);
        rows.push(...loadRows(each, compared, weights.megabytes));
        all.push(compared);
      }
      return outcome(
        rows,
        all.flatMap(({ ours }) => ours),
        all.flatMap(({ peer }) => peer),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** A folder of weights. */
interface Made extends MadeWeights {
  readonly directory: string;
}

async function tensorflowPeer({ settings, env, say }: Context): Promise<{ tensorflow: Peer | undefined }> {
  const wanted = chosen(cases(settings.backend), settings).some(({ how }) => how === 'tensorflow');
  if (!wanted) return { tensorflow: undefined };
  const search = await findPeer(env, ['tensorflow'], 'PEER_TENSORFLOW');
  if ('missing' in search) say(search.missing.replace('NAME', 'load'));
  return { tensorflow: search.peer };
}

/**
 * Writes each format once, when it is asked for.
 * @returns undefined for a pickle where there is no Python that writes one
 */
function maker(
  { settings, peer, say }: Context,
  folder: string,
): (format: WeightsFormat) => Promise<Made | undefined> {
  const made = new Map<WeightsFormat, Promise<Made | undefined>>();
  const shape = settings.smoke ? smokeShape : BASE;
  const make = async (format: WeightsFormat): Promise<Made | undefined> => {
    const directory = join(folder, format);
    if (format !== 'pickle') {
      say(`random weights for ${format}`);
      const { result } = await runOurs<MadeWeights>({ kind: 'make-weights', directory, format, shape });
      return { ...result, directory };
    }
    const source = peer && (await once('safetensors'));
    if (!source) return undefined;
    say('the same as pickle');
    await runPeer(peer, 'make_pickle.py', ['--source', source.directory, '--output', directory]);
    return { ...source, directory };
  };
  const once = (format: WeightsFormat): Promise<Made | undefined> => {
    const weights = made.get(format) ?? make(format);
    made.set(format, weights);
    return weights;
  };
  return once;
}

async function compareLoads(
  context: Context,
  { name, how, backend }: Case,
  { directory }: Made,
): Promise<Compared<LoadTiming>> {
  const { jitCompile } = context.settings;
  const compared = await compare<LoadTiming>(context, {
    name,
    ours: { kind: 'load', engine: { backend, ...(backend === 'tensorflow' && { jitCompile }) }, directory },
    peer: pythonPeer<LoadTiming>(context, 'load_weights.py', ['--how', how, '--model', directory]),
    check: () => undefined,
  });
  checkSums(name, compared);
  return compared;
}

function loadRows({ name, atLeast }: Case, { ours, peer }: Compared<LoadTiming>, megabytes: number): Row[] {
  const added = (timings: readonly LoadTiming[]): number[] => timings.map(({ added_mb }) => added_mb);
  // At tiny sizes nothing is promised.
  const isLarge = megabytes > 100;
  const memory = `${name}, memory it adds`;
  return [
    makeRow({
      name,
      unit: 'ms',
      ours: medianTimes(ours),
      peer: medianTimes(peer),
      ...(isLarge && atLeast !== undefined && { atLeast }),
    }),
    makeRow({
      name: memory,
      unit: 'MB',
      ours: added(ours),
      peer: added(peer),
      ...(isLarge && {
        atMost: Math.round(MEMORY * megabytes),
        note: `weights of ${megabytes.toFixed(0)} MB`,
      }),
    }),
  ];
}
