import type { Linter } from 'eslint';

/** Flat configuration that switches the layer rule on; it needs a TypeScript parser, but no types. */
export const layerRule: Linter.Config;
