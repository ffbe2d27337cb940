/** Makes a frame, with CRC-16 bit by bit as the specification draws it: independent of the table under test. */
export function rtuFrame(unitId: number, pdu: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.of(unitId), pdu]);
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1)
      crc = crc % 2 === 1 ? Math.floor(crc / 2) ^ 0xa001 : Math.floor(crc / 2);
  }
  return Buffer.concat([body, Buffer.of(crc % 256, Math.floor(crc / 256))]);
}

export interface RtuRequest {
  readonly unitId: number;
  readonly functionCode: number;
  readonly address: number;
  readonly quantity: number;
}

/** The requests in what a line has brought so far, each of 8 bytes (function codes 1 to 6). */
export function readRtuRequest(bytes: Buffer): RtuRequest {
  return {
    unitId: bytes.readUInt8(0),
    functionCode: bytes.readUInt8(1),
    address: bytes.readUInt16BE(2),
    quantity: bytes.readUInt16BE(4),
  };
}

/** Register n of unit u holds u × 1000 + n. */
export function soundRtuReply({ unitId, functionCode, address, quantity }: RtuRequest): Buffer {
  const data = Buffer.alloc(quantity * 2);
  for (let index = 0; index < quantity; index += 1) {
    data.writeUInt16BE(unitId * 1000 + address + index, index * 2);
  }
  return rtuFrame(unitId, Buffer.concat([Buffer.of(functionCode, data.length), data]));
}
