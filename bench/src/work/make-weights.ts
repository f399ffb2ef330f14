import { createBertConfig, encoderParameters, saveParameters } from '@bertune/bert';

import { generator } from '../random.js';
import type { MadeWeights, MakeWeightsRequest } from './load-requests.js';

const SEED = 42;
const MEGABYTE = 1e6;

/** Writes an encoder whose values are uniform in [-0.05, 0.05): what loading costs does not depend on them. */
export async function makeWeights({ directory, format, shape }: MakeWeightsRequest): Promise<MadeWeights> {
  const config = createBertConfig({
    vocabSize: shape.vocab,
    hiddenSize: shape.hidden,
    numLayers: shape.layers,
    numHeads: shape.heads,
    intermediateSize: 4 * shape.hidden,
  });
  const random = generator(SEED);
  let bytes = 0;
  const parameters = new Map(
    [...encoderParameters(config, true)].map(([name, { shape: extents, transpose }]) => {
      const size = extents.reduce((product, extent) => product * extent, 1);
      bytes += size * Float32Array.BYTES_PER_ELEMENT;
      const values = (): Float32Array => Float32Array.from({ length: size }, () => 0.1 * random() - 0.05);
      return [name, { shape: extents, transpose, values }] as const;
    }),
  );
  await saveParameters(directory, parameters, { config, format });
  return { megabytes: bytes / MEGABYTE };
}
