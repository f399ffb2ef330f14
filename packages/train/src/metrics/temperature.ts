import { TrainError } from '../errors.js';
import { sameLength } from './same-length.js';

/** A temperature and what it does on the examples it was fitted on. */
export interface Temperature {
  /** logits are divided by it, in [1e-3, 1e3]: above 1 makes predictions less sure, below 1 surer */
  readonly temperature: number;
  /** log loss at temperature 1 */
  readonly lossBefore: number;
  /** log loss at this temperature, at most that before */
  readonly lossAfter: number;
}

const [LOWEST, HIGHEST] = [Math.log(1e-3), Math.log(1e3)];

/**
 * Temperature scaling (Guo et al. 2017): the one number by which to divide logits so that the log loss is least. No
 * prediction changes its class. The loss falls towards its minimum from both sides, which Newton's method on the logarithm
 * of the temperature finds, with a bisection where a step would leave what is known to hold the minimum. Where the loss
 * has none (all predictions right, or no better than chance) it ends at a bound, or where float64 sees no slope any more.
 * @param labels class of each example, [N]
 * @param logits [N, C] row-major, or logarithms of probabilities; with C = 1 the logit of class 1
 * @param columns C
 * @throws TrainError `shape-mismatch`; `invalid-scores` without examples, for a logit that is not finite, or a label that
 *   is no column
 */
export function fitTemperature(
  labels: ArrayLike<number>,
  logits: ArrayLike<number>,
  columns = 1,
): Temperature {
  sameLength('fitTemperature', labels, { length: logits.length / columns });
  const rows = margins(labels, logits, columns);
  let [low, high] = [LOWEST, HIGHEST]; // of the logarithm of the temperature
  let at = 0;
  let lastStep = high - low;
  for (let iteration = 0; iteration < 200 && high - low > 1e-14; iteration++) {
    const { slope, curvature } = lossAt(rows, Math.exp(-at));
    if (slope === 0) break;
    if (slope < 0) low = at;
    else high = at;
    const newton = at - slope / curvature;
    const isGood = newton > low && newton < high && Math.abs(newton - at) < lastStep / 2; // else it creeps
    const next = isGood ? newton : (low + high) / 2;
    if (next === at) break;
    lastStep = Math.abs(next - at);
    at = next;
  }
  const lossBefore = lossAt(rows, 1).loss;
  const temperature = Math.exp(at);
  const lossAfter = lossAt(rows, 1 / temperature).loss;
  return lossAfter <= lossBefore
    ? { temperature, lossBefore, lossAfter }
    : { temperature: 1, lossBefore, lossAfter: lossBefore };
}

/**
 * Divides logits by a temperature and makes probabilities of them.
 * @param logits [N, C] row-major; with C = 1 the logit of class 1
 * @param columns C
 * @returns [N, C] row-major
 */
export function scaledProbabilities(
  logits: ArrayLike<number>,
  temperature: number,
  columns = 1,
): Float64Array {
  const result = Float64Array.from(logits, (logit) => logit / temperature);
  if (columns === 1) return result.map((logit) => 1 / (1 + Math.exp(-logit)));
  for (let start = 0; start < result.length; start += columns) {
    const row = result.subarray(start, start + columns);
    const highest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += row[i] = Math.exp(row[i] - highest);
    for (let i = 0; i < columns; i++) row[i] /= sum;
  }
  return result;
}

/** Every class's logit less that of the true class, which is all the loss depends on. [N, classes] */
interface Margins {
  readonly values: Float64Array;
  readonly classes: number;
}

function margins(labels: ArrayLike<number>, logits: ArrayLike<number>, columns: number): Margins {
  const classes = Math.max(columns, 2);
  const values = new Float64Array(labels.length * classes);
  const logit = (row: number, name: number): number =>
    columns === 1 ? (name === 1 ? logits[row] : 0) : logits[row * columns + name];
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    const own = Number.isInteger(label) && label >= 0 && label < classes ? logit(row, label) : NaN;
    for (let name = 0; name < classes; name++) values[row * classes + name] = logit(row, name) - own;
  }
  if (values.length > 0 && values.every(Number.isFinite)) return { values, classes };
  throw new TrainError(
    'invalid-scores',
    `fitTemperature: expected at least one example, finite logits and labels below ${classes}. ` +
      'Probabilities of 0 have no finite logarithm: clip them, or give the logits.',
  );
}

/**
 * The mean loss at an inverse temperature b, and its first and second derivative by the logarithm of the temperature:
 * with z = margin, p = softmax(b z), d loss / d b = E[z] and d2 loss / d b2 = Var[z] under p; b = exp(-log T).
 */
function lossAt(
  { values, classes }: Margins,
  b: number,
): { readonly loss: number; readonly slope: number; readonly curvature: number } {
  let [loss, slope, curvature] = [0, 0, 0];
  for (let start = 0; start < values.length; start += classes) {
    let highest = 0; // the margin of the true class
    for (let i = start; i < start + classes; i++) highest = Math.max(highest, values[i]);
    let [sum, first, second] = [0, 0, 0];
    for (let i = start; i < start + classes; i++) {
      const weight = Math.exp(b * (values[i] - highest));
      sum += weight;
      first += weight * values[i];
      second += weight * values[i] ** 2;
    }
    const mean = first / sum;
    loss += b * highest + Math.log(sum);
    slope -= b * mean;
    curvature += b * mean + b * b * (second / sum - mean ** 2);
  }
  const rows = values.length / classes;
  return { loss: loss / rows, slope: slope / rows, curvature: curvature / rows };
}
