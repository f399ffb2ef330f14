import { choice, integer, type Option, text } from '../option-kinds.js';
import { trainOptions } from '../training/train-options.js';
import { parseSearchSpace, type SearchSpace } from './search-space.js';

const {
  seeds: _seeds,
  folds: _folds,
  labelNoise: _labelNoise,
  estimateOnly: _estimateOnly,
  log: _log,
  saveSteps: _saveSteps,
  output: _output,
  overwrite: _overwrite,
  resume: _resume,
  ...ofTraining
} = trainOptions;

/** What a trial's training is given: as for `train`, but for what makes several runs of one. */
export const trialOptions = ofTraining;

const {
  model: _model,
  train: _train,
  valid: _valid,
  test: _test,
  text: _text,
  pair: _pair,
  label: _label,
  task: _task,
  backend: _backend,
  seed: _seed,
  teacher: _teacher,
  unlabelled: _unlabelled,
  ...searchable
} = trialOptions;

/** Options that can be searched. */
export const searchableOptions = searchable;

const search: Option<SearchSpace | undefined> = {
  placeholder: '"OPTION=LOW..HIGH[:log] OPTION=A|B|C ..."',
  help: 'options to search and their values: a range, of whole numbers where both ends are, over orders of magnitude with :log, or a choice',
  default: undefined,
  defaultText:
    'learning rate, batch size, epochs, dropout, warm-up and frozen depth around the defaults of train',
  parse: (spec) => parseSearchSpace(spec, searchableOptions),
};

/** Options of `sentiment tune` beside those of the trainings. */
export const tuneOptions = {
  search,
  trials: integer('trainings to try', 20, { min: 1, max: 10_000 }),
  method: choice(
    ['asha', 'random'],
    'end trials early that are behind after 1, 3, 9, ... epochs (asynchronous successive halving), or train all to the end',
    'asha',
  ),
  eta: integer('asha: one in N goes on after each of these epochs, which are powers of N', 3, {
    min: 2,
    max: 100,
  }),
  metric: text(
    'NAME',
    'figure of the validation examples that is made best: accuracy, f1, loss, ...',
    undefined,
    'accuracy where there is one, else loss',
  ),
  parallel: integer('trainings at once', 1, { min: 1, max: 64 }),
  searchSeed: integer('seed of what is drawn from --search', 0, { min: 0, max: 4_294_967_295 }),
};

/** Where the results go. */
export const tuneOutput = {
  output: text('DIR', 'where the table, the page and the best model go', undefined, 'runs/DATE-TIME'),
  resume: text('DIR', 'go on with a search that was cut off', undefined),
};
