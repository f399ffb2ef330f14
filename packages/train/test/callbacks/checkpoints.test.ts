import { describe, expect, it } from '@jest/globals';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ModelCheckpoint, type ModelCheckpointOptions } from '../../src/index.js';
import { fileNamePattern, fillFileName } from '../../src/callbacks/file-name.js';
import { CountingModel } from './counting-model.js';
import { inTemporary } from './temporary.js';

/** Runs epochs with these validation losses. */
async function run(
  options: Omit<ModelCheckpointOptions, 'save'>,
  losses: number[],
): Promise<ModelCheckpoint> {
  const model = new CountingModel();
  const callback = new ModelCheckpoint({ save: model.save, ...options });
  callback.setModel(model);
  await callback.onTrainBegin();
  for (const [epoch, loss] of losses.entries()) {
    model.weights = epoch;
    await callback.onEpochEnd(epoch, { loss, val_loss: loss });
  }
  return callback;
}

describe('ModelCheckpoint', () => {
  it('keeps the last, and the best whatever its age', () =>
    inTemporary(async (directory) => {
      const filepath = join(directory, 'runs', 'epoch-{epoch:02d}');
      const callback = await run({ filepath, keepLast: 2 }, [0.5, 0.2, 0.4, 0.6, 0.3]);
      expect((await readdir(join(directory, 'runs'))).sort()).toEqual(['epoch-02', 'epoch-04', 'epoch-05']);
      expect(callback.bestPath).toBe(join(directory, 'runs', 'epoch-02'));
      expect(await readFile(callback.bestPath!, 'utf8')).toBe('1');
    }));

  it('counts those of a former run, and leaves other files alone', () =>
    inTemporary(async (directory) => {
      const filepath = join(directory, 'epoch-{epoch}');
      for (const [at, name] of ['epoch-1', 'epoch-2', 'epoch-x y', 'notes.txt'].entries()) {
        await writeFile(join(directory, name), '');
        await utimes(join(directory, name), at + 1, at + 1);
      }
      await run({ filepath, keepLast: 2 }, []);
      expect(await readdir(directory)).toHaveLength(4);
      await run({ filepath: join(directory, 'epoch-{epoch}'), keepLast: 2, monitor: 'none' }, [1]);
      expect((await readdir(directory)).sort()).toEqual(['epoch-1', 'epoch-2', 'epoch-x y', 'notes.txt']);
      await run({ filepath: join(directory, 'epoch-1{epoch}'), keepLast: 1, monitor: 'none' }, [1, 2]);
      expect((await readdir(directory)).sort()).toEqual([
        'epoch-1',
        'epoch-12',
        'epoch-2',
        'epoch-x y',
        'notes.txt',
      ]);
    }));

  it('leaves the former checkpoint when a save fails, and no leftovers', () =>
    inTemporary(async (directory) => {
      const filepath = join(directory, 'best');
      await run({ filepath }, [0.5]);
      const model = new CountingModel();
      const callback = new ModelCheckpoint({
        filepath,
        save: async (path) => {
          await writeFile(path, 'half');
          throw new Error('no room');
        },
      });
      callback.setModel(model);
      await callback.onTrainBegin();
      await expect(callback.onEpochEnd(0, { val_loss: 1 })).rejects.toThrow('no room');
      expect(await readdir(directory)).toEqual(['best']);
      expect(await readFile(filepath, 'utf8')).toBe('0');
    }));

  it('replaces folders, and puts back what a kill in between had moved aside', () =>
    inTemporary(async (directory) => {
      const filepath = join(directory, 'model');
      const saveFolder =
        (content: string) =>
        async (path: string): Promise<void> => {
          await mkdir(path);
          await writeFile(join(path, 'weights'), content);
        };
      const start = async (content: string): Promise<ModelCheckpoint> => {
        const callback = new ModelCheckpoint({ filepath, save: saveFolder(content) });
        callback.setModel(new CountingModel());
        await callback.onTrainBegin();
        return callback;
      };
      for (const content of ['first', 'second']) await (await start(content)).onEpochEnd(0, { val_loss: 1 });
      expect(await readFile(join(filepath, 'weights'), 'utf8')).toBe('second');
      expect(await readdir(directory)).toEqual(['model']);

      // killed while saving, after the former folder had made room
      await mkdir(join(directory, '.model.0123456789ab.tmp'));
      await saveFolder('former')(join(directory, '.model.old'));
      await saveFolder('gone')(join(directory, '.other.old'));
      await rm(filepath, { recursive: true });
      await start('third');
      expect((await readdir(directory)).sort()).toEqual(['.other.old', 'model']);
      expect(await readFile(join(filepath, 'weights'), 'utf8')).toBe('former');
    }));

  it('says what cannot be', async () => {
    const save = (): Promise<void> => Promise.resolve();
    expect(() => new ModelCheckpoint({ filepath: 'a', save, saveFreq: 0 })).toThrow(/saveFreq must be/);
    expect(() => new ModelCheckpoint({ filepath: '{epoch}/a', save })).toThrow(/last part only/);
    await inTemporary(async (directory) => {
      await expect(run({ filepath: join(directory, '{val_f1}') }, [1])).rejects.toThrow(
        /asks for \{val_f1\}, but there is only loss, val_loss, epoch/,
      );
      await writeFile(join(directory, 'file'), '');
      await expect(run({ filepath: join(directory, 'file', 'a') }, [1])).rejects.toThrow(
        expect.objectContaining({ code: 'file-failed' }),
      );
    });
  });
});

describe('file names', () => {
  // as Python: '{...}'.format(epoch=7, loss=0.0123456, step=1234567, rate=1.5e-05)
  it.each([
    ['e{epoch}', 'e7'],
    ['{epoch:03d}-{loss:.3f}', '007-0.012'],
    ['{loss:.2e}', '1.23e-02'],
    ['{loss:8.3f}', '   0.012'],
    ['{loss:.2g}', '0.012'],
    ['{step:d}{epoch:2d}', '1234567 7'],
    ['{rate:.1e}', '1.5e-05'],
    ['plain', 'plain'],
  ])('%s', (template, expected) => {
    const figures = { epoch: 7, loss: 0.0123456, step: 1234567, rate: 1.5e-5 };
    expect(fillFileName('Test', template, figures)).toBe(expected);
    if (!expected.includes(' ')) expect(fileNamePattern(template).test(expected)).toBe(true);
  });

  it('of figures that are not finite', () => {
    expect(fillFileName('Test', '{a:.2f}{b:d}{c}', { a: NaN, b: Infinity, c: -Infinity })).toBe('naninf-inf');
  });

  it('refuse a format that is none', () => {
    expect(() => fillFileName('Test', '{a:x}', { a: 1 })).toThrow(/found \{a:x\} for 1/);
    expect(() => fillFileName('Test', '{a:d}', { a: 1.5 })).toThrow(/found \{a:d\} for 1.5/);
  });

  it('match only what the template can make', () => {
    const pattern = fileNamePattern('epoch-{epoch:02d}.weights (x)');
    expect(pattern.test('epoch-07.weights (x)')).toBe(true);
    expect(pattern.test('epoch-07.weights (y)')).toBe(false);
    expect(pattern.test('epoch-.weights (x)')).toBe(false);
    expect(pattern.test('epoch-1/2.weights (x)')).toBe(false);
  });
});
