/** Longer runs of digits may be more than a double holds. */
const longDigits = /[0-9]{16}/;
const digits = /^-?[0-9]+$/;

/** A message, whose JSON is parsed once, when the first point wants it. */
export class MessageDocument {
  readonly text: string;
  #parsed: { readonly json: unknown } | undefined;
  #isRead = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Undefined when the message is no JSON. Whole numbers beyond 2^53 are bigints. */
  json(): { readonly json: unknown } | undefined {
    if (!this.#isRead) {
      this.#isRead = true;
      try {
        this.#parsed = { json: parse(this.text) };
      } catch {
        this.#parsed = undefined;
      }
    }
    return this.#parsed;
  }
}

function parse(text: string): unknown {
  if (!longDigits.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const { source = '' } = context ?? {};
    const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && digits.test(source);
    return isLong ? BigInt(source) : value;
  });
}
