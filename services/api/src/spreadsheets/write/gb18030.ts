let twoBytes: ReadonlyMap<number, number> | undefined;
let fourBytes: ReadonlyMap<number, number> | undefined;

/**
 * Encodes a text in GB18030, which Chinese spreadsheets assume for a CSV file without a mark. Node decodes it but does
 * not encode it, so the tables are those of its decoder, inverted. Characters that GBK lacks (³, µ; it has ℃) take four
 * bytes, which no program from before 2000 reads.
 */
export function gb18030(text: string): Buffer {
  twoBytes ??= tableOfTwo();
  // No character takes more than four bytes, and none of those beyond 16 bits more than two for each half.
  const bytes = Buffer.allocUnsafe(4 * text.length);
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const pair = code < 0x80 ? undefined : twoBytes.get(code);
    if (code < 0x80) bytes[at++] = code;
    else if (pair !== undefined) at = bytes.writeUInt16BE(pair, at);
    else for (const byte of four(code)) bytes[at++] = byte;
  }
  return Buffer.from(bytes.subarray(0, at));
}

const decoder = new TextDecoder('gb18030');

function tableOfTwo(): ReadonlyMap<number, number> {
  const bytesByCode = new Map<number, number>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f || trail === 0xff) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      const code = text.codePointAt(0) ?? 0;
      if (text.length === 1 && code !== 0xfffd && !bytesByCode.has(code))
        bytesByCode.set(code, (lead << 8) | trail);
    }
  }
  return bytesByCode;
}

/** Number of the first four-byte code beyond the BMP; 81 30 81 30 has number 0. */
const beyondBmp = 189_000;
/** Number of the replacement character, which a decoder also gives for invalid bytes. */
const replacementCharacter = 39_417;

function four(code: number): number[] {
  if (code >= 0x1_0000) return bytesOf(beyondBmp + code - 0x1_0000);
  fourBytes ??= tableOfFour();
  // A lone surrogate is no character, so it becomes a question mark.
  const number = fourBytes.get(code);
  return number === undefined ? [0x3f] : bytesOf(number);
}

function tableOfFour(): ReadonlyMap<number, number> {
  const numberByCode = new Map<number, number>();
  for (let number = 0; number < 39_420; number += 1) {
    const text = decoder.decode(Uint8Array.from(bytesOf(number)));
    const code = text.codePointAt(0) ?? 0;
    const isKnown = code !== 0xfffd || number === replacementCharacter;
    if (text.length === 1 && isKnown && !numberByCode.has(code)) numberByCode.set(code, number);
  }
  return numberByCode;
}

function bytesOf(number: number): number[] {
  return [
    0x81 + Math.floor(number / 12_600),
    0x30 + (Math.floor(number / 1_260) % 10),
    0x81 + (Math.floor(number / 10) % 126),
    0x30 + (number % 10),
  ];
}
