/** How a terminal shows one piece of text. */
export type Style = 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

/** Wraps text for a terminal, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

// Select Graphic Rendition of ECMA-48: the eight colours that every terminal has, in its own shades.
const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

/** No colours. */
export const plain: Paint = (_style, text) => text;

/** Colours of a terminal. */
export const colored: Paint = (style, text) => (text === '' ? '' : `\u001b[${CODES[style]}m${text}\u001b[0m`);

/** What decides about colours. */
export interface ColorChoice {
  /** `--no-color` was given. */
  readonly refused: boolean;
  /** Whether a person watches. */
  readonly isTTY: boolean;
  /** `NO_COLOR` (any text but the empty one) is heard, and `TERM=dumb`. */
  readonly env: NodeJS.ProcessEnv;
}

/** Colours where a person sees them and nobody asked for none. */
export function choosePaint({ refused, isTTY, env }: ColorChoice): Paint {
  return refused || !isTTY || Boolean(env.NO_COLOR) || env.TERM === 'dumb' ? plain : colored;
}
