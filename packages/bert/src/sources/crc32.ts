const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/**
 * CRC-32 of ZIP and gzip (ISO-HDLC), for Nodes whose zlib has no function for it.
 * @param former value of the bytes before these; 0 at the beginning
 */
export function crc32(bytes: Uint8Array, former = 0): number {
  let value = ~former;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}
