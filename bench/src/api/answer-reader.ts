export interface HttpAnswer {
  readonly status: number;
  /** Decodes the body; to be called before the next bytes are taken. */
  readonly body: () => string;
}

const endOfHead = Buffer.from('\r\n\r\n');

/**
 * Reads answers of HTTP/1.1 servers that say how long each is, as Fastify does for everything but streams.
 */
export class AnswerReader {
  readonly #onAnswer: (answer: HttpAnswer) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  /** The answer that is arriving, once its head is there. */
  #head: { readonly status: number; readonly headLength: number; readonly length: number } | undefined;

  constructor(onAnswer: (answer: HttpAnswer) => void) {
    this.#onAnswer = onAnswer;
  }

  /** @throws for any other answer */
  take(bytes: Buffer): void {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    while (this.#length > 0) {
      this.#head ??= this.#readHead();
      if (!this.#head || this.#length < this.#head.length) return;
      const { status, headLength, length } = this.#head;
      const whole = this.#whole();
      this.#head = undefined;
      this.#pieces = whole.length > length ? [whole.subarray(length)] : [];
      this.#length = whole.length - length;
      this.#onAnswer({ status, body: () => whole.toString('utf8', headLength, length) });
    }
  }

  #whole(): Buffer {
    const [only] = this.#pieces;
    return only && this.#pieces.length === 1 ? only : Buffer.concat(this.#pieces);
  }

  #readHead() {
    const whole = this.#whole();
    this.#pieces = [whole];
    const end = whole.indexOf(endOfHead);
    if (end < 0) return undefined;
    const head = whole.toString('latin1', 0, end + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    const bodyLength = Number(/\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1]);
    if (Number.isNaN(status) || Number.isNaN(bodyLength)) {
      throw new Error(`no answer that says how long it is: ${head.slice(0, 200)}`);
    }
    const headLength = end + endOfHead.length;
    return { status, headLength, length: headLength + bodyLength };
  }
}
