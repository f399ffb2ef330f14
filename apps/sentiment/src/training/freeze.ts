import { AppError } from '../errors.js';
import type { Freeze } from '../option-values.js';

/**
 * Names of the parameters that are trained.
 * @param names all parameters, by their Hugging Face names
 * @throws AppError `bad-value` for more layers than the model has
 */
export function trainedParameters(names: Iterable<string>, freeze: Freeze, layers: number): string[] {
  if (typeof freeze === 'number' && freeze > layers) {
    throw new AppError('bad-value', {
      where: '--freeze',
      expected: `at most ${layers}, the layers of the model`,
      found: String(freeze),
      remedy: 'Use --freeze encoder to train pooler and head alone.',
    });
  }
  const frozenLayers = freeze === 'encoder' ? layers : typeof freeze === 'number' ? freeze : 0;
  const layerOf = (name: string): number => Number(/^encoder\.layer\.(\d+)\./.exec(name)?.[1] ?? Infinity);
  return [...names].filter((name) =>
    name.startsWith('embeddings.') ? freeze === 'none' : layerOf(name) >= frozenLayers,
  );
}
