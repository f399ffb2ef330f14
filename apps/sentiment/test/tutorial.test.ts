import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkExamples } from '@bertune/checks/examples';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// The code under test is the page's own, so that page and test cannot drift apart.
describe('docs/tutorial.md', () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'tutorial-test-')));
  const weights = () =>
    folders.map((folder) => readFileSync(join(folder, 'reviews-bert', 'model.safetensors')));

  beforeAll(async () => {
    for (const folder of folders) {
      process.env.TUTORIAL_FOLDER = folder;
      const { run, problems } = await checkExamples(root, ['docs/tutorial.md']);
      expect(problems).toEqual([]);
      expect(run).toBe(1);
    }
    delete process.env.TUTORIAL_FOLDER;
  }, 120_000);
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('compiles, runs, and prints what the page says', () => {
    expect(weights()).toHaveLength(2);
  });

  it('trains the same weights twice, to the last bit', () => {
    const [first, second] = weights();
    expect(first.equals(second)).toBe(true);
  });

  it('saves what transformers opens as a sequence classifier', () => {
    const config = JSON.parse(
      readFileSync(join(folders[0], 'reviews-bert', 'config.json'), 'utf8'),
    ) as unknown;
    expect(config).toMatchObject({
      architectures: ['BertForSequenceClassification'],
      problem_type: 'multi_label_classification',
      hidden_size: 64,
    });
  });
});
