import { rangeProblems, throwProblems } from '../errors.js';

/** The 97.5th percentile of the normal distribution: two-sided 95 %. */
const NORMAL_975 = 1.959963984540054;

/**
 * Wilson's score interval of a share, such as an accuracy (Wilson 1927): honest for small samples and near 0 and 1.
 * @param successes how many of `total`
 * @param options.z normal quantile of the confidence; default that of 95 %
 * @returns bounds in [0, 1]
 * @throws TrainError `invalid-options` unless 0 <= successes <= total and total >= 1
 */
export function wilsonInterval(
  successes: number,
  total: number,
  options: { readonly z?: number } = {},
): { readonly low: number; readonly high: number } {
  const { z = NORMAL_975 } = options;
  throwProblems('wilsonInterval', [
    ...rangeProblems({ total }, 'count'),
    ...rangeProblems({ successes }, 'index'),
    ...rangeProblems({ z }, 'positive'),
    ...(successes > total ? [`successes must be at most total ${total}, found ${successes}`] : []),
  ]);
  const share = successes / total;
  const spread = z ** 2 / total;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / total + spread / (4 * total));
  // exact at the ends, where rounding would leave 1e-17
  return { low: successes === 0 ? 0 : centre - half, high: successes === total ? 1 : centre + half };
}
