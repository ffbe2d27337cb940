/** How numbers lie on the line: low byte first, or as hexadecimal digits. Written apart from the driver's, so that no slip is in both. */
export interface LineCode {
  /** Bytes of the line for each byte. */
  readonly width: 1 | 2;
  read(line: Buffer, at: number, bytes: number): number;
  write(value: number, bytes: number): Buffer;
  readBits(line: Buffer, at: number, count: number): number[];
  writeBits(bits: readonly number[], isEven: boolean): Buffer;
}

export const binaryCode: LineCode = {
  width: 1,
  read: (line, at, bytes) => line.readUIntLE(at, bytes),
  write: (value, bytes) => {
    const line = Buffer.alloc(bytes);
    line.writeUIntLE(value, 0, bytes);
    return line;
  },
  readBits: (line, at, count) =>
    Array.from({ length: count }, (_, index) => {
      const pair = line[at + Math.floor(index / 2)] ?? 0;
      return index % 2 === 0 ? pair >> 4 : pair & 0x0f;
    }),
  writeBits: (bits) => {
    const padded = bits.length % 2 === 0 ? bits : [...bits, 0];
    return Buffer.from(padded.map(String).join(''), 'hex');
  },
};

export const asciiCode: LineCode = {
  width: 2,
  read: (line, at, bytes) => {
    const digits = line.toString('latin1', at, at + bytes * 2);
    return /^[0-9A-Fa-f]+$/.test(digits) ? Number(`0x${digits}`) : Number.NaN;
  },
  write: (value, bytes) =>
    Buffer.from(
      value
        .toString(16)
        .toUpperCase()
        .padStart(bytes * 2, '0'),
    ),
  readBits: (line, at, count) => [...line.toString('latin1', at, at + count)].map(Number),
  writeBits: (bits, isEven) => Buffer.from(bits.join('') + (isEven && bits.length % 2 === 1 ? '0' : '')),
};
