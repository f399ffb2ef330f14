/** Random weights need larger steps, and more of them, than pre-trained ones. */
export const fromScratch = { epochs: 5, learningRate: 1e-3 } as const;

/** The model that comes along is small: it needs larger steps than BERT-base. */
export const shipped = { epochs: 3, learningRate: 3e-4 } as const;

/** What BERT's authors found for fine-tuning. */
export const preTrained = { epochs: 3, learningRate: 5e-5 } as const;

/** Fewer values move, and from zero: about ten times the step. */
export const lowRank = { ...preTrained, learningRate: 5e-4 } as const;

/** How a default that depends on the weights is written in help texts. */
export function defaultText(key: keyof typeof fromScratch): string {
  const write = (value: number): string =>
    value < 0.01 ? value.toExponential().replace('e-0', 'e-') : String(value);
  const others = `${write(shipped[key])}; ${write(fromScratch[key])} from scratch, ${write(preTrained[key])} with another --model`;
  return lowRank[key] === preTrained[key] ? others : `${others}, ${write(lowRank[key])} with --lora-rank`;
}
