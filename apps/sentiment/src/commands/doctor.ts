import { planTensorFlow, provideTensorFlow } from '@bertune/tensorflow/library';

import { examine } from '../doctor/examine.js';
import { formatExamination } from '../doctor/format.js';
import type { Io } from '../io.js';
import { fetchLibrary } from '../native/fetch-library.js';
import type { CommandValues } from '../options.js';

/**
 * `sentiment doctor`: what computes here, why, and what would make it faster, on standard output.
 * @returns 0 when there is a backend that works
 */
export async function doctor(values: CommandValues<'doctor'>, io: Io): Promise<number> {
  if (values.download !== 'none') {
    const provider = { planTensorFlow, provideTensorFlow };
    await fetchLibrary(provider, { accelerator: values.download }, io.stderr, '');
  }
  const found = await examine(process.env);
  io.stdout.write(values.json ? `${JSON.stringify(found)}\n` : `${formatExamination(found).join('\n')}\n`);
  return found.backend === undefined ? 1 : 0;
}
