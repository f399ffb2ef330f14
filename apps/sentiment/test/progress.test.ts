import { describe, expect, it } from '@jest/globals';

import { startProgress } from '../src/progress.js';

describe('startProgress', () => {
  it('writes whole lines, seldom, and always the last', () => {
    const written: string[] = [];
    let time = 0;
    const progress = startProgress({ write: (text) => written.push(text) }, 'epoch 1', 100, () => time);
    for (let done = 1; done <= 100; done++) {
      time += 100;
      progress.update(done, `loss ${done}`);
    }
    progress.update(100, 'loss 100');
    progress.stop();
    expect(written).toEqual(['epoch 1 50/100 loss 50\n', 'epoch 1 100/100 loss 100\n']);
  });
});
