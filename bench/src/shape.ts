/** Sizes of a model and of the batch it is given. Letters as in ARCHITECTURE.md. */
export interface Shape {
  /** L */
  readonly layers: number;
  /** D */
  readonly hidden: number;
  /** H */
  readonly heads: number;
  /** B */
  readonly batch: number;
  /** T */
  readonly length: number;
  /** V */
  readonly vocab: number;
}

const BERT_VOCABULARY = 30522;

/** A shape with D / 64 heads, as in all BERTs that were released, and BERT's vocabulary. */
export function shapeOf(layers: number, hidden: number, batch: number, length: number): Shape {
  return { layers, hidden, heads: Math.max(1, hidden / 64), batch, length, vocab: BERT_VOCABULARY };
}

/** How many tokens of each text a pre-training predicts: 15 %. */
export function maskedPerText({ length }: Shape): number {
  return Math.max(1, Math.round(0.15 * length));
}

/** What a smoke run uses: everything is exercised, nothing takes time. */
export const smokeShape: Shape = { layers: 1, hidden: 32, heads: 2, batch: 2, length: 8, vocab: 50 };

/** `L4 D256 B32 T64` */
export function shapeName({ layers, hidden, batch, length }: Shape): string {
  return `L${layers} D${hidden} B${batch} T${length}`;
}

/** The arguments by which the peers' scripts take a shape. */
export function shapeArguments({ layers, hidden, heads, batch, length, vocab }: Shape): string[] {
  return Object.entries({ layers, hidden, heads, batch, length, vocab }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
}
