import { host } from '#host';

import { throwProblems, TrainError } from '../errors.js';
import type { Callback, FitParams, Logs } from './callback.js';
import { completeLines, cutRepeated } from './log-file.js';

/** Options of `CSVLogger`, with Keras's names. */
export interface CSVLoggerOptions {
  /** path of the file */
  readonly filename: string;
  /** between columns, one character; default `,` */
  readonly separator?: string;
  /** goes on with the file where there is one, as for a continued run; default false: writes it anew */
  readonly append?: boolean;
}

/**
 * Writes a line of figures after every epoch, as Keras's callback of that name: `epoch` from 0, then the figures by name,
 * `NA` for one that an epoch does not have. A file that is continued keeps its columns; a last line that a killed run left
 * half written is cut off, and so are epochs that the run which goes on will end again.
 */
export class CSVLogger implements Callback {
  private columns: readonly string[] | undefined;
  /** whether rows may be there that this run will write again */
  private mayRepeat = false;
  private initialStep = 0;
  private readonly separator: string;

  /** @throws TrainError `invalid-options` */
  constructor(private readonly options: CSVLoggerOptions) {
    this.separator = options.separator ?? ',';
    throwProblems(
      'CSVLogger',
      /^[^"\r\n]$/.test(this.separator)
        ? []
        : ['separator must be one character, no quote and no line break'],
    );
  }

  /** Learns where the run goes on. */
  setParams({ initialStep }: FitParams): void {
    this.initialStep = initialStep;
  }

  /** Begins the file, or learns its columns. @throws TrainError `file-failed`, `not-supported` */
  async onTrainBegin(): Promise<void> {
    this.columns = undefined;
    const { filename, append = false } = this.options;
    if (!append) {
      await host.write(filename, new Uint8Array());
      return;
    }
    const header = (await completeLines(filename))?.[0]?.trimEnd();
    if (header) this.columns = this.fields(header);
    this.mayRepeat = this.initialStep > 0;
  }

  /**
   * Writes the line of an epoch.
   * @throws TrainError `invalid-options` when a continued file lacks a column; `file-failed`
   */
  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    let text = '';
    if (!this.columns) {
      this.columns = ['epoch', ...Object.keys(logs).sort()];
      text = this.line(this.columns);
    }
    const columns = new Set(this.columns);
    const unknown = Object.keys(logs).filter((name) => !columns.has(name));
    if (unknown.length > 0) {
      throw new TrainError(
        'invalid-options',
        `CSVLogger: ${this.options.filename} has no column for ${unknown.join(', ')}, only ` +
          `${this.columns.join(', ')}. Log to another file, or compile the metrics of the run that began it.`,
        { file: this.options.filename, columns: this.columns, unknown },
      );
    }
    if (this.mayRepeat) {
      const at = this.columns.indexOf('epoch');
      await cutRepeated(this.options.filename, (row) => Number(this.fields(row.trimEnd())[at]) >= epoch);
      this.mayRepeat = false;
    }
    const figures: Logs = { ...logs, epoch };
    text += this.line(this.columns.map((name) => (name in figures ? String(figures[name]) : 'NA')));
    await host.append(this.options.filename, new TextEncoder().encode(text));
  }

  /** RFC 4180, as Python's `csv` writes it. */
  private line(cells: readonly string[]): string {
    const quoted = cells.map((cell) =>
      cell.includes(this.separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${quoted.join(this.separator)}\r\n`;
  }

  private fields(line: string): string[] {
    const cells: string[] = [];
    for (let at = 0; at <= line.length; at++) {
      const end = line[at] === '"' ? closingQuote(line, at) + 1 : line.indexOf(this.separator, at);
      const stop = end < 0 ? line.length : end;
      const cell = line.slice(at, stop);
      cells.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
      at = stop;
    }
    return cells;
  }
}

function closingQuote(line: string, open: number): number {
  for (let at = open + 1; at < line.length; at++) {
    if (line[at] !== '"') continue;
    if (line[at + 1] !== '"') return at;
    at += 1;
  }
  return line.length - 1;
}
