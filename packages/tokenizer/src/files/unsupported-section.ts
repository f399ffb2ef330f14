import { TokenizerError } from '../errors.js';
import type { JsonObject } from './json-object.js';

/**
 * Something a file asks for that this package does not do.
 * @param what the part of the section that is in the way, the whole section by default
 */
export function unsupported(
  file: JsonObject,
  section: string,
  expected: string,
  remedy: string,
  what: unknown = file.raw(section),
): TokenizerError {
  const found = JSON.stringify(what) ?? 'nothing';
  return new TokenizerError(
    'unsupported-section',
    `${file.source}: section ${section}: expected ${expected}, found ${found.slice(0, 120)}. ${remedy}.`,
    { source: file.source, section, found: what },
  );
}
