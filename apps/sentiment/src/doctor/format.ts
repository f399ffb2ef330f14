import { sourceText } from '../backend.js';
import { sizeText } from '../native/fetch-library.js';
import type { Examination } from './examine.js';
import type { Trial } from './try-backend.js';

const meaning = {
  tensorflow: 'native TensorFlow',
  wasm: 'WebAssembly, one thread',
  cpu: 'plain JavaScript',
} as const;

function trialText(trial: Trial | undefined): string {
  if (!trial) return 'not there';
  if (!trial.works) return `does not work: ${trial.why}`;
  const on = trial.devices?.map(({ type }) => type).join(', ');
  return `works${trial.version === undefined ? '' : `, TensorFlow ${trial.version} on ${on}`} (started in ${trial.startMilliseconds} ms)`;
}

/** The report as lines for people. */
export function formatExamination(found: Examination): string[] {
  const { machine, library, cache, download } = found;
  const rows = (pairs: readonly (readonly [string, string])[]): string[] => {
    const width = Math.max(...pairs.map(([name]) => name.length));
    return pairs.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
  };
  const why = library
    ? `${sourceText[library.source]}, ${library.directory}`
    : 'no native TensorFlow that works was found';
  return [
    `backend: ${found.backend ?? 'none works'} (${found.backend === undefined ? 'see below' : why})`,
    '',
    'backends, the first that works is the default:',
    ...rows(
      (['tensorflow', 'wasm', 'cpu'] as const).map((name) => [
        name,
        `${meaning[name]}: ${trialText(found.trials[name])}`,
      ]),
    ),
    '',
    'TensorFlow was looked for in this order:',
    ...rows(
      found.attempts.map(({ place, path, outcome, detail }) => [
        place,
        `${outcome}: ${detail}${path === undefined ? '' : ` (${path})`}`,
      ]),
    ),
    '',
    'machine:',
    ...rows([
      ['system', machine.system],
      ['cpu', `${machine.cpu}, ${machine.processors} logical processors`],
      ['features', machine.features.join(' ') || 'unknown'],
      ['threads', `${machine.threads} for TensorFlow, 1 for wasm`],
      ['memory', `${sizeText(machine.memoryBytes)}, ${sizeText(machine.availableBytes)} available`],
      ...(machine.gpus.length === 0
        ? [['gpu', 'none (nvidia-smi does not answer)'] as const]
        : machine.gpus.map(
            ({ name, memory, driver }) => ['gpu', `${name}, ${memory}, driver ${driver}`] as const,
          )),
      ['cache', `${cache.directory}, ${sizeText(cache.bytes)} (BERTUNE_CACHE moves it)`],
      ['download', `${download.what}; ${download.allowed ? 'allowed' : 'not unasked'}: ${download.why}`],
    ]),
    '',
    'versions:',
    ...rows(Object.entries(found.versions)),
    '',
    'to go faster:',
    ...(found.advice.length === 0
      ? ['  nothing to do: the fastest backend for this machine is in use']
      : found.advice.map((line) => `  ${line}`)),
  ];
}
