import { resolve } from 'node:path';
import { argv, env, stderr } from 'node:process';

import { buildCorpus } from './build-corpus.js';
import { builtInReviews, containsAny } from './reviews.js';
import { SOURCES } from './sources.js';

const [directory = 'corpus'] = argv.slice(2);
const target = resolve(env.INIT_CWD ?? '.', directory);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const reports = buildCorpus(SOURCES, target, containsAny(builtInReviews()), ({ name, bytes, dropped }) => {
  const { notProse, repeated, excluded } = dropped;
  const left = `left out: ${notProse} not prose, ${repeated} repeated, ${excluded} with a sentence of the built-in reviews`;
  stderr.write(`${name}: ${megabytes(bytes)} (${left})\n`);
});
const total = reports.reduce((sum, { bytes }) => sum + bytes, 0);
stderr.write(`${megabytes(total)} in ${target}/corpus.txt; packages, licences and hashes in sources.json\n`);
