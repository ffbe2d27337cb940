export const textEncodings = ['ascii', 'utf-8', 'gbk'] as const;
export type TextEncoding = (typeof textEncodings)[number];

/**
 * Decodes a device's text, which ends at the first NUL or is filled up with blanks. The rest must be well formed and
 * free of control characters: those are garbage in a text, and poison in a database's line protocol.
 */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string | undefined {
  const end = bytes.indexOf(0);
  const content = end < 0 ? bytes : bytes.subarray(0, end);
  if (encoding === 'ascii' && content.some((byte) => byte > 0x7f)) return undefined;
  let text: string;
  try {
    // Strict. A decoder keeps no state between calls without `stream`.
    text = decoders[encoding].decode(content);
  } catch {
    return undefined;
  }
  const trimmed = text.replace(/ +$/, '');
  return isCleanText(trimmed) ? trimmed : undefined;
}

/** Undefined when the encoding lacks one of its characters, or when the text would not be read back as it is. */
export function encodeText(text: string, encoding: TextEncoding): Uint8Array | undefined {
  if (!isCleanText(text) || text.endsWith(' ')) return undefined;
  switch (encoding) {
    case 'ascii':
      return isAscii(text) ? new TextEncoder().encode(text) : undefined;
    case 'utf-8':
      return new TextEncoder().encode(text);
    case 'gbk':
      return encodeGbk(text);
    default:
      return encoding satisfies never;
  }
}

function isCleanText(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

const strict = { fatal: true, ignoreBOM: true } as const;
const decoders = {
  ascii: new TextDecoder('utf-8', strict),
  'utf-8': new TextDecoder('utf-8', strict),
  gbk: new TextDecoder('gbk', strict),
} as const;

function encodeGbk(text: string): Uint8Array | undefined {
  gbkPairs ??= pairsOfGbk();
  const bytes: number[] = [];
  for (const character of text) {
    if (character.charCodeAt(0) <= 0x7f) {
      bytes.push(character.charCodeAt(0));
      continue;
    }
    const pair = gbkPairs.get(character);
    if (pair === undefined) return undefined;
    bytes.push(pair >>> 8, pair & 0xff);
  }
  return Uint8Array.from(bytes);
}

let gbkPairs: ReadonlyMap<string, number> | undefined;

/** Inverts the decoder's own table, as the language has no encoder for GBK. Made once, in some ms. */
function pairsOfGbk(): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const character = gbkCharacter(lead, trail);
      if (character !== undefined && !pairs.has(character)) pairs.set(character, (lead << 8) | trail);
    }
  }
  return pairs;
}

function gbkCharacter(lead: number, trail: number): string | undefined {
  try {
    return decoders.gbk.decode(Uint8Array.of(lead, trail));
  } catch {
    // No character has this pair.
    return undefined;
  }
}
