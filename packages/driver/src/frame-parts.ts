/** Bytes of a frame that belong together, as shown to people. */
export interface FramePart {
  /** Its name among `frameParts` of the protocol's words. */
  readonly part: string;
  /** Number of its bytes. */
  readonly length: number;
  /** Its content, where text shows it better than the bytes do. */
  readonly text?: string;
}

export type FrameDirection = 'sent' | 'received';

/** Takes a frame apart from its beginning, as far as it has come. */
export class FrameParts {
  readonly parts: FramePart[] = [];
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Number of bytes that belong to no part yet. */
  get bytesLeft(): number {
    return this.#bytes.length - this.#at;
  }

  /** @param length of the part; fewer bytes where fewer came @returns its bytes */
  take(
    part: string,
    length = this.bytesLeft,
    textOf?: (bytes: Uint8Array) => string | undefined,
  ): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + Math.max(0, length));
    this.#at += bytes.length;
    if (bytes.length === 0) return bytes;
    const text = textOf?.(bytes);
    this.parts.push({ part, length: bytes.length, ...(text === undefined ? {} : { text }) });
    return bytes;
  }
}

/** The bytes as text, if all are printable ASCII. */
export function asciiText(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte >= 0x20 && byte <= 0x7e) ? utf8Text(bytes) : undefined;
}

/** The bytes as text, or undefined if they are no text, or contain invisible characters other than line ends. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /[^\P{Cc}\t\n\r]|\p{Cf}/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
