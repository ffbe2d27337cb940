import { rfc3339Ms } from '../values/rfc3339.ts';
import { valueAt } from './json-pointer.ts';

/** Smaller numbers are seconds since 1970, which stay below this until the year 5138; ms, µs and ns are each 1000 times as large. */
const secondsBelow = 100_000_000_000;

/** The time that a source gives, in ms since 1970, or undefined for anything that is no time, or leaves open which one. */
export function messageTimeMs(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const ms = rfc3339Ms(value.replace(' ', 'T'));
    if (ms !== undefined) return ms;
    return /^[0-9]{1,19}(\.[0-9]+)?$/.test(value) ? messageTimeMs(Number(value)) : undefined;
  }
  if (typeof value === 'bigint') return messageTimeMs(Number(value));
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  if (value < secondsBelow) return value * 1_000;
  if (value < secondsBelow * 1e3) return value;
  return value < secondsBelow * 1e6 ? value / 1e3 : value / 1e6;
}

/** Longer runs of digits may be more than a double holds. */
const longDigits = /[0-9]{16}/;
const digits = /^-?[0-9]+$/;

/** A message, whose JSON is parsed once, when the first point wants it. */
export class MessageDocument {
  readonly text: string;
  #json: unknown;
  #isJson: boolean | undefined;
  #exactJson: unknown;
  #timeSteps: readonly string[] | undefined;
  #timeMs: number | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get isJson(): boolean {
    if (this.#isJson === undefined) {
      try {
        this.#json = JSON.parse(this.text);
        this.#isJson = true;
      } catch {
        this.#isJson = false;
      }
    }
    return this.#isJson;
  }

  /** The value at this place, or undefined if there is none or the message is no JSON. Integers beyond 2^53 are bigints. */
  at(steps: readonly string[]): unknown {
    if (!this.isJson) return undefined;
    const value = valueAt(this.#json, steps);
    // A message is parsed with all its digits only where they are needed. It takes many times as long.
    const mayLackDigits =
      typeof value === 'number'
        ? Math.abs(value) > Number.MAX_SAFE_INTEGER
        : typeof value === 'object' && value !== null;
    return mayLackDigits ? valueAt(this.#exact(), steps) : value;
  }

  /** ms since 1970 of the time that is there; points that share `steps` share the answer. */
  timeMs(steps: readonly string[]): number | undefined {
    if (steps !== this.#timeSteps) {
      this.#timeSteps = steps;
      this.#timeMs = messageTimeMs(this.at(steps));
    }
    return this.#timeMs;
  }

  #exact(): unknown {
    this.#exactJson ??= longDigits.test(this.text) ? exactlyParsed(this.text) : this.#json;
    return this.#exactJson;
  }
}

function exactlyParsed(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) => {
    const { source = '' } = context ?? {};
    const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && digits.test(source);
    return isLong ? BigInt(source) : value;
  });
}
