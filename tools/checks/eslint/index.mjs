import { layers } from './rule-layers.mjs';

/** ESLint plugin of this repository: one rule, `bertune/layers`. */
export const plugin = { meta: { name: 'bertune', version: '0.0.0' }, rules: { layers } };

/** Flat configuration that switches the layer rule on; it needs a TypeScript parser, but no types. */
export const layerRule = {
  name: 'bertune/layers',
  files: ['{packages,apps,tools,bench}/**/*.{ts,mts,js,mjs}'],
  plugins: { bertune: plugin },
  rules: { 'bertune/layers': 'error' },
};
