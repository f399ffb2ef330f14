/** `pnpm test:fuzz`: both paths on many random texts. Bundled and started by `run.mjs`. */
import { fuzz } from './fuzz.js';
import { bothPaths, fuzzSetups, fuzzVocabulary } from './setups.js';

const DEFAULT_COUNT = 1_000_000;

/**
 * @param argv `--count N` (1,000,000), `--seed N` (today's)
 * @returns exit code: 0 all alike, 1 a difference, printed as JSON, 2 wrong usage
 */
export function main(argv: readonly string[], print: (line: string) => void): number {
  const numbers = new Map<string, number>([
    ['--count', DEFAULT_COUNT],
    ['--seed', Math.floor(Date.now() / 86_400_000)],
  ]);
  const words = argv.filter((word) => word !== '--');
  for (let at = 0; at < words.length; at += 2) {
    const [name = '', value = ''] = words.slice(at, at + 2);
    if (!numbers.has(name) || !/^\d{1,9}$/.test(value)) {
      print(`test:fuzz: expected --count N and --seed N, found ${name} ${value}`);
      return 2;
    }
    numbers.set(name, Number(value));
  }
  const [count = 0, seed = 0] = numbers.values();
  const setups = fuzzSetups();
  const begin = performance.now();
  const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
  print(`${count} texts, seed ${seed}, ${setups.length} tokenizers on two paths`);
  let tenths = 0;
  const difference = fuzz({
    count,
    seed,
    setups,
    fresh: (options) => bothPaths(fuzzVocabulary(), options),
    onProgress: (tried) => {
      if (tried * 10 < count * (tenths + 1)) return;
      tenths = Math.floor((tried * 10) / count);
      print(`${tried} texts alike, ${seconds()}`);
    },
  });
  if (difference === undefined) {
    print(`${count} texts: both paths give the same, ${seconds()}`);
    return 0;
  }
  print(`the paths differ after ${difference.tried} texts; again with --seed ${seed}`);
  print(ascii(JSON.stringify(difference)));
  return 1;
}

/** So that what is printed can be pasted anywhere, invisible and combining characters too. */
function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
