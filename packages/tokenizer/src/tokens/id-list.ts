const FIRST_ROOM = 1 << 12;
/** More room than this is given back once an unusually long text is done with. */
const ROOM_KEPT = 1 << 18;

/** A list of ids that grows. Used over and over, so that a text costs no allocation but its result. */
export class IdList {
  /** The list is `ids[0, count)`. Replaced by a longer array as it grows. */
  ids = new Int32Array(FIRST_ROOM);
  /** How many ids there are; may be set back. */
  count = 0;

  /** Appends an id. */
  push(id: number): void {
    if (this.count === this.ids.length) {
      const longer = new Int32Array(this.ids.length * 2);
      longer.set(this.ids);
      this.ids = longer;
    }
    this.ids[this.count++] = id;
  }

  /** Empties the list. */
  clear(): void {
    this.count = 0;
    if (this.ids.length > ROOM_KEPT) this.ids = new Int32Array(FIRST_ROOM);
  }
}
