import { type BertTokenizer, type EncodeOptions, type Explanation, explain } from '@bertune/tokenizer';

/** One token of the row that a model gets. Places are UTF-16 code units of its text. */
export interface RowToken {
  readonly id: number;
  readonly token: string;
  /** Which text it is from, 0 or 1; `null` for a special token that was put round the texts. */
  readonly text: number | null;
  /** Token type, as the model gets it. */
  readonly type: number;
  /** Which word of its text, from 0; `null` as for `text`. */
  readonly word: number | null;
  readonly start: number;
  readonly end: number;
  /** Its stretch of the text as given. */
  readonly source: string;
}

/** What the tokenizer makes of a text, or of two that are read together. */
export interface Tokenized {
  /** What each stage made of each text. */
  readonly texts: readonly Omit<Explanation, 'tokens'>[];
  /** The row that a model gets. */
  readonly tokens: readonly RowToken[];
  /** How many tokens `--max-length` took away. */
  readonly cut: number;
}

/** Takes a text, with or without a second one, through the tokenizer. */
export function tokenizeText(
  tokenizer: BertTokenizer,
  text: string,
  { pair, maxLength }: { readonly pair?: string | undefined; readonly maxLength?: number | undefined },
): Tokenized {
  const texts = pair === undefined ? [text] : [text, pair];
  // All said, because a tokenizer.json may have a truncation and a padding of its own.
  const input = { ...(pair === undefined ? {} : { pair }), truncation: false, padding: false };
  const limit: EncodeOptions = maxLength === undefined ? {} : { truncation: true, maxLength };
  const row = tokenizer.encode(text, { ...input, ...limit });
  const whole = maxLength === undefined ? row : tokenizer.encode(text, input);
  return {
    texts: texts.map((each) => {
      const { tokens: _, ...stages } = explain(tokenizer, each);
      return stages;
    }),
    tokens: row.tokens.map((token, index) => {
      const [start, end] = row.offsets[index] ?? [0, 0];
      const sequence = row.sequenceIds[index] ?? null;
      return {
        id: row.inputIds[index] ?? 0,
        token,
        text: sequence,
        type: row.tokenTypeIds[index] ?? 0,
        word: row.wordIds[index] ?? null,
        start,
        end,
        source: sequence === null ? '' : (texts[sequence] ?? '').slice(start, end),
      };
    }),
    cut: whole.tokens.length - row.tokens.length,
  };
}
