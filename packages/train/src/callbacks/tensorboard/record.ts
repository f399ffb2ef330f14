import { maskedCrc32c } from './crc32c.js';
import { concatenated } from './protobuf.js';

/** One record of a TFRecord file: length (uint64), masked CRC-32C of it, data, masked CRC-32C of the data; little-endian. */
export function tfRecord(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return concatenated([length, checksum(length), data, checksum(data)]);
}

function checksum(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, maskedCrc32c(data), true);
  return bytes;
}
