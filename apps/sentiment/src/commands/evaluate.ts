import { resolve } from 'node:path';

import { startBackend } from '../backend.js';
import { builtInCitation } from '../data/built-in.js';
import { encodeLabels } from '../data/labels.js';
import { builtInTest } from '../data/load-splits.js';
import { countEmpty, readExamples } from '../data/read-examples.js';
import type { Io } from '../io.js';
import { loadTrained } from '../model/load-trained.js';
import { resolveModel } from '../model/resolve-model.js';
import { scoreExamples } from '../model/score.js';
import type { CommandValues } from '../options.js';
import { shellPath } from '../output-directory.js';
import { startProgress } from '../progress.js';
import { formatReport } from '../report/format.js';
import { makeReport } from '../report/make-report.js';
import { writeReportPage } from '../report-page/write-report-page.js';
import { versions } from '../versions.js';

/** `sentiment evaluate`: figures of a saved model on labelled examples, on standard output. */
export async function evaluate(values: CommandValues<'evaluate'>, io: Io): Promise<number> {
  const say = (line: string): unknown => io.stderr.write(`${line}\n`);
  const raw =
    values.test === undefined
      ? builtInTest()
      : await readExamples(resolve(io.cwd, values.test), '--test', values);
  if (values.test === undefined) say(`data: the test part of ${builtInCitation}`);
  const empty = countEmpty(raw);
  say(`test: ${raw.length} examples${empty ? `, ${empty} of them with empty text (kept)` : ''}`);
  const backend = await startBackend(values.backend);
  for (const note of [...backend.notes, backend.tip]) if (note !== undefined) say(note);
  say(`backend: ${backend.name} (${backend.reason})`);
  const loaded = await loadTrained(await resolveModel(values.model ?? '', io), values.maxLength);
  try {
    for (const note of loaded.notes) say(note);
    const examples = encodeLabels(raw, loaded.labels);
    const progress = startProgress(io.stderr, 'evaluating', examples.length);
    const scores = await scoreExamples(loaded, examples, {
      batchSize: values.batchSize,
      makeExecutor: backend.makeExecutor,
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    if (scores.cut > 0) say(`${scores.cut} texts were longer than ${loaded.maxLength} tokens and were cut`);
    const report = makeReport(examples, scores.values, loaded.labels);
    if (values.html !== undefined) {
      const page = resolve(io.cwd, values.html);
      const missing = await writeReportPage(page, {
        loaded,
        of: 'test',
        examples,
        scores: scores.values,
        report,
        facts: { options: values, versions: versions(), backend },
        title: `Evaluation of ${values.model}`,
      });
      say(missing ?? `report: ${shellPath(page, io.cwd)}`);
    }
    io.stdout.write(
      values.json ? `${JSON.stringify(report)}\n` : `${formatReport(report, 'test').join('\n')}\n`,
    );
    return 0;
  } finally {
    loaded.model.dispose();
  }
}
