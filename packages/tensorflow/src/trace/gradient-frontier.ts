import type { Pointer, TF_Output } from '../c-api/signatures.js';

/** Operations without inputs of their own: what they give takes no memory until it is used. */
const SOURCES: ReadonlySet<string> = new Set(['Placeholder', 'VarHandleOp', 'ReadVariableOp']);

/**
 * How far the gradient of a trace has come. What the gradient half computes from values of the forward half alone waits
 * until the gradient is there. Without that TensorFlow would run it early and keep its result, and would see that the
 * forward half computes the same and keep that: either way more is alive at once than the gradients were written for.
 */
export class GradientFrontier {
  private readonly nodes = new Set<Pointer>();
  private readonly sources = new Set<Pointer>();
  private readonly kept = new Map<string, number>();
  private latest: Pointer | undefined;

  /** The gradient starts at this operation, the loss. */
  begin(loss: Pointer): void {
    this.latest = loss;
    this.nodes.add(loss);
  }

  /** Bytes of the values of the forward half that the gradient uses: alive from one half to the other. */
  get keptBytes(): number {
    let total = 0;
    for (const bytes of this.kept.values()) total += bytes;
    return total;
  }

  /** Takes note of an operation whose value needs no memory of its own: a constant, an input, a variable. */
  addSource(oper: Pointer): void {
    this.sources.add(oper);
  }

  /** Takes note of what the gradient uses of the forward half. */
  use(inputs: readonly { readonly output: TF_Output; readonly bytes: number }[]): void {
    if (this.latest === undefined) return;
    for (const { output, bytes } of inputs) {
      if (this.nodes.has(output.oper) || this.sources.has(output.oper)) continue;
      this.kept.set(`${output.oper}:${output.index}`, bytes);
    }
  }

  /** What an operation with these inputs has to wait for; undefined for nothing. */
  waitsFor(op: string, inputs: readonly TF_Output[]): Pointer | undefined {
    if (this.latest === undefined || SOURCES.has(op)) return undefined;
    return inputs.some(({ oper }) => this.nodes.has(oper)) ? undefined : this.latest;
  }

  /** Takes note of an operation that was added. @param waited whether it was told to wait */
  add(op: string, oper: Pointer, waited: boolean): void {
    if (SOURCES.has(op)) {
      this.addSource(oper);
    } else if (this.latest !== undefined) {
      this.nodes.add(oper);
      if (!waited) this.latest = oper;
    }
  }
}
