import { TrainError } from '../errors.js';

const FIELD = /\{(\w+)(?::([^}]*))?\}/g;
const FORMAT = /^(0)?(\d+)?(?:\.(\d+))?([dfeg])?$/;

/**
 * Fills in the fields of a file name, as Python's `format` does what Keras's callbacks ask of it: `{epoch:02d}`,
 * `{val_loss:.4f}`, `{learningRate:.1e}`, `{step}`.
 * @throws TrainError `invalid-options` naming the field that is not known or whose format is not
 */
export function fillFileName(
  where: string,
  template: string,
  figures: Readonly<Record<string, number>>,
): string {
  return template.replaceAll(FIELD, (field: string, name: string, format: string | undefined) => {
    const value = figures[name];
    if (value === undefined) {
      throw new TrainError(
        'invalid-options',
        `${where}: the file name asks for {${name}}, but there is only ${Object.keys(figures).join(', ')}.`,
        { field: name },
      );
    }
    return formatNumber(where, field, value, format ?? '');
  });
}

/** Whether a name could have been made by `fillFileName` from this template. */
export function fileNamePattern(template: string): RegExp {
  const literal = template
    .split(FIELD)
    .filter((_, at) => at % 3 === 0) // in between are names and formats
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('[-+.0-9a-z]+')}$`);
}

function formatNumber(where: string, field: string, value: number, format: string): string {
  const [matched, zero, width, precision, type] = FORMAT.exec(format) ?? [];
  if (matched === undefined || (type === 'd' && value % 1 !== 0 && Number.isFinite(value))) {
    throw new TrainError(
      'invalid-options',
      `${where}: expected a field like {epoch:02d} or {val_loss:.4f}, found ${field} for ${value}.`,
      { field, value },
    );
  }
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  return digits(value, precision, type).padStart(Number(width ?? 0), zero ?? ' ');
}

function digits(value: number, precision: string | undefined, type: string | undefined): string {
  const places = Number(precision ?? 6);
  if (type === 'f') return value.toFixed(places);
  if (type === 'e') return value.toExponential(places).replace(/e([+-])(\d)$/, 'e$10$2');
  if (type === 'g' || precision !== undefined) return String(Number(value.toPrecision(Math.max(places, 1))));
  return String(value);
}
