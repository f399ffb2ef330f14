/** Tokens in the order of their ids, each once. */
export class TokenList {
  readonly tokens: string[] = [];
  readonly #ids = new Map<string, number>();

  constructor(tokens: readonly string[]) {
    for (const token of tokens) this.add(token);
  }

  /** Id of a token; `undefined` when there is none. */
  idOf(token: string): number | undefined {
    return this.#ids.get(token);
  }

  /** @returns the id, old or new */
  add(token: string): number {
    const known = this.#ids.get(token);
    if (known !== undefined) return known;
    this.tokens.push(token);
    this.#ids.set(token, this.tokens.length - 1);
    return this.tokens.length - 1;
  }
}
