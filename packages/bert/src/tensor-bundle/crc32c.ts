/**
 * CRC-32C (Castagnoli), eight bytes a step: `TABLES[k][b]` is the remainder of byte b with k zero bytes after it.
 * @see https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
 */
const TABLES: readonly Int32Array[] = (() => {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
    return remainder;
  });
  const tables = [first];
  for (let k = 1; k < 8; k++) tables.push(tables[k - 1].map((rest) => (rest >>> 8) ^ first[rest & 0xff]));
  return tables;
})();

/**
 * Checksum of bytes, or of what came before and these.
 * @param before checksum of what came before
 * @returns unsigned 32-bit integer
 */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let crc = ~before;
  let at = 0;
  // Words, little-endian as every machine that runs JavaScript, begin where the buffer says.
  const lead = Math.min(-bytes.byteOffset & 3, bytes.length);
  for (; at < lead; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
  const pairs = (bytes.length - lead) >>> 3;
  const words = new Int32Array(bytes.buffer, pairs === 0 ? 0 : bytes.byteOffset + lead, 2 * pairs);
  for (let i = 0; i < words.length; i += 2) {
    const low = crc ^ words[i];
    const high = words[i + 1];
    crc =
      t7[low & 0xff] ^
      t6[(low >>> 8) & 0xff] ^
      t5[(low >>> 16) & 0xff] ^
      t4[low >>> 24] ^
      t3[high & 0xff] ^
      t2[(high >>> 8) & 0xff] ^
      t1[(high >>> 16) & 0xff] ^
      t0[high >>> 24];
  }
  at += 8 * pairs;
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]) & 0xff];
  return ~crc >>> 0;
}

/**
 * The form in which LevelDB and TensorFlow store a checksum, so that one of bytes that contain checksums is as good
 * as any: rotated by 15 bits, plus a constant.
 */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
