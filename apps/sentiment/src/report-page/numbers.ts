/** Four decimals, as in the terminal; a dash for what is not known. */
export function decimals(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** A share as a percentage with one decimal. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number with its sign. */
export function signed(value: number, digits = 3): string {
  const text = Math.abs(value).toFixed(digits);
  return `${value < 0 ? '−' : '+'}${text}`;
}

/** The size of an error, two digits: 3.1e-5. */
export function magnitude(value: number): string {
  return value === 0 ? '0' : Math.abs(value).toExponential(1);
}

/** A duration as people say it. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}

/** A tick of an axis of small numbers, such as learning rates: 5e-5. */
export function smallTick(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-3) return String(Number(value.toPrecision(3)));
  return Number(value.toPrecision(3)).toExponential();
}

/** Evenly spaced values and the places where they stand. */
export interface Thinned {
  /** Places, from 1. */
  readonly at: number[];
  /** Means of what is there. */
  readonly values: number[];
}

/**
 * Means of stretches of a long series, so that a chart of it stays small.
 * @param most values that stay at most; a shorter series stays as it is
 */
export function thinned(series: readonly number[], most: number): Thinned {
  const count = Math.min(most, series.length);
  const at: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * series.length) / count);
    const stretch = series.slice(from, Math.floor(((i + 1) * series.length) / count));
    at.push(from + (stretch.length + 1) / 2);
    values.push(stretch.reduce((sum, value) => sum + value, 0) / stretch.length);
  }
  return { at, values };
}

/** Exponential moving average without the bias of its beginning. @param span values that an average is over, about */
export function smoothed(values: readonly number[], span: number): number[] {
  const keep = 1 - 1 / Math.max(1, span);
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
}
