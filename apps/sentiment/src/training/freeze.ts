import { parameterDepth } from '@bertune/bert';

import { AppError } from '../errors.js';
import type { Freeze } from '../option-values.js';

/**
 * Names of the parameters that are trained.
 * @param names all parameters, by their Hugging Face names
 * @throws AppError `bad-value` for more layers than the model has, and for modules that it has not
 */
export function trainedParameters(names: Iterable<string>, freeze: Freeze, layers: number): string[] {
  const all = [...names];
  if (typeof freeze === 'object') return withoutModules(all, freeze);
  if (typeof freeze === 'number' && freeze > layers) {
    throw new AppError('bad-value', {
      where: '--freeze',
      expected: `at most ${layers}, the layers of the model`,
      found: String(freeze),
      remedy: 'Use --freeze encoder to train pooler and head alone.',
    });
  }
  if (freeze === 'none') return all;
  const deepest = freeze === 'encoder' ? layers : freeze === 'embeddings' ? 0 : freeze;
  return all.filter((name) => parameterDepth(name, { numLayers: layers }) > deepest);
}

function withoutModules(names: readonly string[], modules: readonly string[]): string[] {
  const isIn = (name: string, module: string): boolean => name === module || name.startsWith(`${module}.`);
  const unknown = modules.filter((module) => !names.some((name) => isIn(name, module)));
  if (unknown.length > 0) {
    const parts = new Set(names.map((name) => /^(encoder\.layer\.\d+|\w+)/.exec(name)?.[0] ?? name));
    throw new AppError('bad-value', {
      where: '--freeze',
      expected: 'modules of the model',
      found: `no ${unknown.join(', ')} among its modules`,
      remedy: `It has ${[...parts].join(', ')}, and what is in them.`,
    });
  }
  return names.filter((name) => !modules.some((module) => isIn(name, module)));
}
