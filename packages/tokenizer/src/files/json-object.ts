import type { AddedToken } from '../tokens/added-tokens.js';
import { TokenizerError } from '../errors.js';

/** @throws TokenizerError `bad-file` when the text is not a JSON object */
export function parseJsonObject(text: string, source: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError(
      'bad-file',
      `${source}: expected JSON (${String(cause)}).`,
      { source },
      { cause },
    );
  }
  if (!isRecord(value)) {
    throw new TokenizerError('bad-file', `${source}: expected a JSON object, found ${typeof value}.`, {
      source,
    });
  }
  return new JsonObject(value, source);
}

/** A JSON object whose fields are read with their types checked. An absent or null field is `undefined`. */
export class JsonObject {
  readonly #fields: Readonly<Record<string, unknown>>;
  /** How error messages call it. */
  readonly source: string;

  /** @param source how error messages call it */
  constructor(fields: Readonly<Record<string, unknown>>, source: string) {
    this.#fields = fields;
    this.source = source;
  }

  keys(): readonly string[] {
    return Object.keys(this.#fields);
  }

  isNull(field: string): boolean {
    return this.#get(field) === null;
  }

  /** Any value, as it stands. */
  raw(field: string): unknown {
    return this.#get(field);
  }

  boolean(field: string): boolean | undefined {
    const value = this.#get(field) ?? undefined;
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.error(field, 'true or false');
  }

  number(field: string): number | undefined {
    const value = this.#get(field) ?? undefined;
    if (value === undefined || typeof value === 'number') return value;
    throw this.error(field, 'a number');
  }

  string(field: string): string | undefined {
    const value = this.#get(field) ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw this.error(field, 'a string');
  }

  /** An object; empty when absent. */
  object(field: string): JsonObject {
    const value = this.#get(field) ?? {};
    if (isRecord(value)) return new JsonObject(value, `${this.source}: ${field}`);
    throw this.error(field, 'an object');
  }

  /** An object; `undefined` when absent or null. */
  section(field: string): JsonObject | undefined {
    return (this.#get(field) ?? undefined) === undefined ? undefined : this.object(field);
  }

  /** A list of objects; empty when absent. */
  objects(field: string): readonly JsonObject[] {
    const value = this.#get(field) ?? [];
    if (!Array.isArray(value) || !value.every(isRecord)) throw this.error(field, 'a list of objects');
    return value.map((item) => new JsonObject(item, `${this.source}: ${field}`));
  }

  /** A token: a string, or an object as Hugging Face writes an `AddedToken`. */
  token(field: string): AddedToken | undefined {
    const value = this.#get(field) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === 'string') return { content: value };
    return this.object(field).asToken();
  }

  /** A list of tokens, or an object with tokens for values; empty when absent. */
  tokens(field: string): readonly AddedToken[] {
    const found = this.#get(field) ?? [];
    const value = isRecord(found) ? Object.values(found) : found;
    if (!Array.isArray(value)) throw this.error(field, 'a list of tokens');
    return value.flatMap((item: unknown) => {
      if (typeof item === 'string') return [{ content: item }];
      if (isRecord(item)) return [new JsonObject(item, `${this.source}: ${field}`).asToken()];
      throw this.error(field, 'a list of tokens');
    });
  }

  /** This object as an `AddedToken`. */
  asToken(): AddedToken {
    const content = this.string('content');
    if (content === undefined) throw this.error('content', 'the text of the token');
    const special = this.boolean('special') ?? false;
    return {
      content,
      special,
      normalized: this.boolean('normalized') ?? !special,
      singleWord: this.boolean('single_word') ?? false,
      lstrip: this.boolean('lstrip') ?? false,
      rstrip: this.boolean('rstrip') ?? false,
    };
  }

  error(field: string, expected: string): TokenizerError {
    const found = JSON.stringify(this.#get(field)) ?? 'nothing';
    return new TokenizerError(
      'bad-file',
      `${this.source}: ${field}: expected ${expected}, found ${found.slice(0, 80)}.`,
      { source: this.source, field, found: this.#get(field) },
    );
  }

  #get(field: string): unknown {
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
