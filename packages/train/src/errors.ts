/**
 * Before training:
 * - `invalid-options`: one or more options are out of range or contradict each other; `details.problems` lists all
 * - `no-trainable-parameters`: the model has none, or every one is frozen
 * - `no-examples`: the data set is empty
 * - `no-validation-examples`: the validation data is empty
 * - `invalid-labels`: the model refuses the labels of an example; `details.example` is its position
 * - `example-too-long`: one example alone is over the token budget of a batch
 * - `invalid-state`: an optimiser state that does not fit the optimiser or the parameters
 * - `busy`: the model is being trained
 * - `disposed`: the model was disposed
 *
 * While running:
 * - `empty-batch`: `collate` returned no tensors, or one without elements
 * - `invalid-loss`: the loss is not a scalar tensor, or its weight not a number above 0
 * - `non-finite-loss`: the loss is NaN or infinite
 * - `non-finite-gradients`: the norm of the gradients is NaN or infinite; looked at only with `clipNorm`
 * - `out-of-memory`: a step, an evaluation or a prediction needs more memory than there is; `details.shapes` are those
 *   of the batch, `details.bytes` what it would need, where that is known
 * - `shape-mismatch`: a batch that has not one row for each example; predictions or labels of batches that cannot be put
 *   together, or do not fit each other
 * - `needs-two-classes`: a metric that compares positives with negatives, or correlates, has only one kind of label
 * - `invalid-scores`: a curve of no scores, or of scores that are not all numbers
 * - `invalid-tag`: a tag of a word that is none of the scheme
 * - `file-failed`: a file cannot be read or written
 * - `not-supported`: files in a browser
 * - `aborted`: the signal asked an evaluation or prediction to end
 */
export type TrainErrorCode =
  | 'invalid-options'
  | 'no-trainable-parameters'
  | 'no-examples'
  | 'no-validation-examples'
  | 'invalid-labels'
  | 'example-too-long'
  | 'invalid-state'
  | 'busy'
  | 'disposed'
  | 'empty-batch'
  | 'invalid-loss'
  | 'non-finite-loss'
  | 'non-finite-gradients'
  | 'out-of-memory'
  | 'shape-mismatch'
  | 'needs-two-classes'
  | 'invalid-scores'
  | 'invalid-tag'
  | 'file-failed'
  | 'not-supported'
  | 'aborted';

/**
 * Everything `@bertune/train` throws on purpose. Switch on `code`, not on `instanceof`: two copies of the package in
 * one program have two classes.
 */
export class TrainError extends Error {
  override readonly name = 'TrainError';

  /**
   * @param code what went wrong, for programs
   * @param message where, what was expected, what was found, what to do
   * @param details the values in question, e.g. `{ step, loss, learningRate }`
   * @param options.cause the error underneath, when there is one
   */
  constructor(
    /** what went wrong */
    readonly code: TrainErrorCode,
    message: string,
    /** the values in question */
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** One error for all problems of a set of options; does nothing when there are none. */
export function throwProblems(where: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new TrainError('invalid-options', `${where}: ${problems.join('; ')}.`, { problems });
}

/** What a number among the options must be. */
export type NumberRange =
  'positive' | 'non-negative' | 'fraction' | 'probability' | 'count' | 'index' | 'uint32';

const RANGES: Readonly<Record<NumberRange, readonly [string, (value: number) => boolean]>> = {
  positive: ['a finite number above 0', (value) => Number.isFinite(value) && value > 0],
  'non-negative': ['a finite number of at least 0', (value) => Number.isFinite(value) && value >= 0],
  fraction: ['a number in [0, 1)', (value) => value >= 0 && value < 1],
  probability: ['a number in [0, 1]', (value) => value >= 0 && value <= 1],
  count: ['an integer of at least 1', (value) => Number.isSafeInteger(value) && value >= 1],
  index: ['an integer of at least 0', (value) => Number.isSafeInteger(value) && value >= 0],
  uint32: ['an integer in [0, 2^32)', (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32],
};

/**
 * Checks the numbers of an options object.
 * @param values name and value of each option; an undefined one was not given and is fine
 * @returns one sentence for each problem
 */
export function rangeProblems(
  values: Readonly<Record<string, number | undefined>>,
  range: NumberRange,
): string[] {
  const [expected, holds] = RANGES[range];
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && !(typeof value === 'number' && holds(value)))
    .map(([name, value]) => `${name} must be ${expected}, found ${String(value)}`);
}
