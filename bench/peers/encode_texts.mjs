/**
 * Hugging Face's JavaScript tokenizers: the time of encoding all texts one after the other, and what came out.
 * `node encode_texts.mjs FOLDER TEXTS SECONDS [FILE]`: a folder with tokenizer.json and tokenizer_config.json, a JSON list of
 * texts, about how long to time, and a file for the results: int32, per text the number of tokens and their ids.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

import { Tokenizer } from '@huggingface/tokenizers';

const [folder, textsFile, seconds, write] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = new Tokenizer(read(`${folder}/tokenizer.json`), read(`${folder}/tokenizer_config.json`));
const texts = read(textsFile);
const budget = Number(seconds) * 1000;

function run() {
  const begin = performance.now();
  const encodings = texts.map((text) => tokenizer.encode(text));
  return { time: performance.now() - begin, encodings };
}

const first = run();
if (write !== undefined) {
  writeFileSync(write, Int32Array.from(first.encodings.flatMap(({ ids }) => [ids.length, ...ids])));
}
const tokens = first.encodings.reduce((sum, { ids }) => sum + ids.length, 0);
first.encodings.length = 0;
for (let warm = first.time; warm < budget / 2;) warm += run().time;
const times = [];
for (let timed = 0; timed < budget || times.length < 3; timed += times.at(-1)) times.push(run().time);

const main = createRequire(import.meta.url).resolve('@huggingface/tokenizers');
const { version } = read(new URL('../package.json', `file://${main}`));
console.log(
  JSON.stringify({
    peer: '@huggingface/tokenizers',
    engine: `@huggingface/tokenizers ${version} (JavaScript)`,
    tokens,
    times_ms: times,
    first_ms: first.time,
    peak_rss_mb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    versions: { '@huggingface/tokenizers': version },
  }),
);
