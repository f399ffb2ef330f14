import type { LabelSpace } from '../data/labels.js';
import { AppError } from '../errors.js';
import { decimal, optionName, text } from '../option-kinds.js';

/** What is not said about a teacher. */
const defaults = { distillationWeight: 0.5, temperature: 2 } as const;

/** Options of `sentiment train` about learning from a larger model. */
export const distillationOptions = {
  teacher: text(
    'DIR',
    'learn from the probabilities, too, that this model gives the training examples: one that train has saved, of any size, with the same classes',
    undefined,
  ),
  distillationWeight: decimal('share of them in the loss; the labels have the rest', undefined, {
    min: 0,
    max: 1,
    defaultText: `${defaults.distillationWeight}, with --teacher`,
  }),
  temperature: decimal('soften both by dividing the logits by it', undefined, {
    min: 0,
    aboveMin: true,
    max: 1000,
    defaultText: `${defaults.temperature}, with --teacher`,
  }),
  unlabelled: text(
    'FILE',
    'texts (.csv, .tsv, .jsonl; no labels needed) to learn from as well, by what the teacher says of them alone',
    undefined,
  ),
};

/** How a distillation was asked for. */
export interface DistillationValues {
  /** `--teacher`. */
  readonly teacher?: string | undefined;
  /** `--distillation-weight`. */
  readonly distillationWeight?: number | undefined;
  /** `--temperature`. */
  readonly temperature?: number | undefined;
  /** `--unlabelled`. */
  readonly unlabelled?: string | undefined;
}

/** The options of a distillation with nothing left open; none without a teacher. */
export function resolveDistillation({
  teacher,
  distillationWeight = defaults.distillationWeight,
  temperature = defaults.temperature,
}: DistillationValues): Pick<DistillationValues, 'distillationWeight' | 'temperature'> {
  return teacher === undefined ? {} : { distillationWeight, temperature };
}

/**
 * Checks the options about a teacher against the task and each other.
 * @throws AppError `usage`
 */
export function checkDistillationOptions(values: DistillationValues, task: LabelSpace['task']): void {
  const rest = ['distillationWeight', 'temperature', 'unlabelled'] as const;
  const lone = values.teacher === undefined ? rest.find((key) => values[key] !== undefined) : undefined;
  if (lone !== undefined) {
    throw new AppError('usage', {
      where: `--${optionName(lone)}`,
      expected: '--teacher DIR with it',
      found: 'none',
      remedy: `Name a model that train has saved with --teacher, or leave --${optionName(lone)} out.`,
    });
  }
  if (values.teacher === undefined || task === 'single-label') return;
  throw new AppError('usage', {
    where: '--teacher',
    expected: '--task single-label, whose probabilities a temperature can soften',
    found: `--task ${task}`,
    remedy: task === 'sigmoid' ? 'Use --task single-label.' : 'Leave --teacher out.',
  });
}
