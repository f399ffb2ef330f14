import { BadValue, flag, integer, type Option } from '../option-kinds.js';

/** How many seeds, or which. */
export type Seeds = number | readonly number[];

const largestSeed = 4_294_967_295;

/** Parses `--seeds`: a number of runs, or the seeds with a comma between. */
function parseSeeds(text: string): Seeds {
  const seeds = text.split(',').map((each) => (/^\d{1,10}$/.test(each) ? Number(each) : NaN));
  const [first = NaN] = seeds;
  if (seeds.length === 1 && first >= 2 && first <= 100) return first;
  const areSeeds = seeds.length > 1 && seeds.every((seed) => seed <= largestSeed);
  if (areSeeds && new Set(seeds).size === seeds.length) return seeds;
  throw new BadValue('a number of runs from 2 to 100, or two seeds or more with a comma between, each once');
}

const seeds: Option<Seeds | undefined> = {
  placeholder: 'N|SEED,SEED,...',
  help: 'train once with each seed, from --seed on or as named, on the same split of the data; mean and deviation of the figures',
  default: undefined,
  defaultText: 'one run',
  parse: parseSeeds,
};

/** Options of `sentiment train` that make several runs of one. */
export const repeatOptions = {
  seeds,
  folds: integer(
    'cross-validation: split the training examples in N parts, alike in classes, and hold each out once; mean and deviation of the figures',
    undefined,
    { min: 2, max: 100, defaultText: 'one run' },
  ),
  labelNoise: flag(
    'find training labels that are probably wrong, by cross-validation (5 folds unless --folds says otherwise): label-noise.csv',
  ),
};
