import { expect, it } from '@jest/globals';

import { trainingRecord } from '../src/training-record.js';

it('keeps what was done and what came of it, but no place of the machine and no long lists', () => {
  const record = trainingRecord({
    command: 'pretrain',
    options: {
      corpus: '/home/me/corpus/everyday.txt',
      teacher: '/tmp/all-MiniLM-L6-v2',
      valid: undefined,
      maxLength: 48,
    },
    versions: { node: '20' },
    backend: { name: 'tensorflow', reason: 'from /home/me/.cache' },
    seed: 42,
    history: { losses: [3, 2, 1] },
    result: { teacher_similarity: 0.7 },
  });
  expect(record).toMatchObject({
    options: { corpus: 'everyday.txt', teacher: 'all-MiniLM-L6-v2', maxLength: 48 },
    backend: 'tensorflow',
    result: { teacher_similarity: 0.7 },
  });
  expect(JSON.stringify(record)).not.toMatch(/home|tmp|losses/);
});
