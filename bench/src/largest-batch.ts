const MOST = 4096;

/**
 * The largest batch that fits, by doubling until one does not and halving the gap until it is under an eighth.
 * @param fits runs one batch size and says whether its memory stayed under the limit
 * @returns 0 when not even one example fits
 */
export async function largestBatch(
  start: number,
  fits: (batch: number) => Promise<boolean>,
): Promise<number> {
  let good = 0;
  let bad = start;
  while (bad <= MOST && (await fits(bad))) {
    good = bad;
    bad *= 2;
  }
  if (good >= MOST) return good;
  while (bad - good > Math.max(1, good >> 3)) {
    const middle = (good + bad) >> 1;
    if (await fits(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
