import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv, env, stderr } from 'node:process';

import { buildCorpus } from './build-corpus.js';
import { builtInReviews, containsAny } from './reviews.js';
import { hashSentences, vocabularyOf } from './sentence-hashes.js';
import { SOURCES } from './sources.js';

const [directory = 'corpus'] = argv.slice(2).filter((word) => !word.startsWith('--'));
const target = resolve(env.INIT_CWD ?? '.', directory);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const reviews = builtInReviews();

if (!argv.includes('--record')) {
  const reports = buildCorpus(SOURCES, target, containsAny(reviews), ({ name, bytes, dropped }) => {
    const { notProse, repeated, excluded } = dropped;
    const left = `left out: ${notProse} not prose, ${repeated} repeated, ${excluded} with a sentence of the built-in reviews`;
    stderr.write(`${name}: ${megabytes(bytes)} (${left})\n`);
  });
  const total = reports.reduce((sum, { bytes }) => sum + bytes, 0);
  stderr.write(
    `${megabytes(total)} in ${target}/corpus.txt; packages, licences and hashes in sources.json\n`,
  );
}

const vocabulary = vocabularyOf(reviews);
const { sentences, hashes } = await hashSentences(join(target, 'corpus.txt'), vocabulary.words);
const { sha256 } = JSON.parse(readFileSync(join(target, 'sources.json'), 'utf8')) as { sha256: string };
const record = { corpus: sha256, sentences, hashes: hashes.length, vocabulary: vocabulary.sha256 };
for (const [name, content] of [
  ['sentences.u32', Buffer.from(hashes.buffer)],
  ['sentences.json', `${JSON.stringify(record, null, 2)}\n`],
] as const) {
  writeFileSync(join(target, `${name}.tmp`), content);
  renameSync(join(target, `${name}.tmp`), join(target, name));
}
stderr.write(
  `${hashes.length} of ${sentences} sentences have no word that the reviews do not have: sentences.u32\n`,
);
