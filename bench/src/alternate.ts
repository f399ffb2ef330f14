/** One side of a comparison. */
export interface Side<Result> {
  /** key of its results: `ours`, `peer` */
  readonly name: string;
  /** Measures once, in a process of its own. @param round from 0 */
  run(round: number): Promise<Result>;
}

/**
 * Runs every side once a round, one after the other and never two at a time, so that whatever drifts on the machine
 * meets all sides alike.
 * @param onResult called after each run, for progress
 * @returns results by the side's name, in the order of the rounds
 */
export async function alternate<Result>(
  rounds: number,
  sides: readonly Side<Result>[],
  onResult: (side: string, round: number, result: Result) => void = () => undefined,
): Promise<Record<string, Result[]>> {
  const results: Record<string, Result[]> = Object.fromEntries(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const result = await side.run(round);
      results[side.name].push(result);
      onResult(side.name, round, result);
    }
  }
  return results;
}
