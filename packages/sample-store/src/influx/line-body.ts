import type { PlainValues } from '@holdfast/shared/contracts/sample/read-sample.ts';
import { refusalOf } from '../refusals.ts';
import type { Refusal, StorableSample } from '../sample-store.ts';
import { integerSuffix, upperIntegerSuffix } from './line-spelling.ts';
import type { Lines } from './lines.ts';
import type { RefusalLookup } from './refused-fields.ts';

const newline = 0x0a;
const blank = 0x20;
const quote = 0x22;
const colon = 0x3a;
const equalsSign = 0x3d;

/** Endings of plain names that `LineWriter` refuses anyway. */
const refusedNameEnds = [integerSuffix, upperIntegerSuffix].map((text) => Buffer.from(text));
const lastBytes = new Uint8Array(256);
for (const end of [...refusedNameEnds, Buffer.from('time')]) lastBytes[end.at(-1) ?? 0] = 1;

/**
 * The lines of one request, as bytes. Values that are still JSON of plain names and numbers are copied instead of being
 * parsed and written again, which would be most of the work: JSON and line protocol spell them alike.
 */
export class LineBody {
  readonly #lines: Lines;
  #bytes: Buffer;
  #length = 0;
  #time = Number.NaN;
  #timeText = Buffer.alloc(0);

  /** @param expectedBytes room to reserve at once; more is possible */
  constructor(lines: Lines, expectedBytes: number) {
    this.#lines = lines;
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  /**
   * @param refusal why a value must not be written, where that is known beforehand
   * @returns the part of the sample that is left out, if any
   */
  add(sample: StorableSample, refusal?: RefusalLookup): Refusal | undefined {
    const { plainValues } = sample;
    if (!refusal && plainValues !== undefined && this.#addPlain(sample, plainValues)) return undefined;
    const line = this.#lines.line(sample, refusal);
    if (line.kind === 'unrepresentable') return { sample, codes: 'all', reason: line.problem };
    if (line.kind === 'nothing') return undefined;
    // A UTF-16 unit takes three bytes at most.
    this.#reserve(line.text.length * 3 + 1);
    this.#length += this.#bytes.write(line.text, this.#length, 'utf8');
    this.#bytes[this.#length++] = newline;
    return line.refused && refusalOf(sample, line.refused);
  }

  /** The lines added so far, without the end of the last line. Nothing may be added afterwards. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, Math.max(0, this.#length - 1));
  }

  #addPlain(sample: StorableSample, { bytes: json, from, to }: PlainValues): boolean {
    if (sample.integers !== undefined || sample.uncertain !== undefined) return false;
    const { bytes: head, problem } = this.#lines.head?.(sample, sample.quality ?? 'good') ?? {};
    if (head === undefined || problem !== undefined) return false;
    if (sample.time !== this.#time) {
      this.#time = sample.time;
      this.#timeText = Buffer.from(` ${sample.time}\n`);
    }
    this.#reserve(head.length + (to - from) + this.#timeText.length + 1);
    const body = this.#bytes;
    const start = this.#length;
    let end = start + head.copy(body, start);
    body[end++] = blank;
    // Drop the quotes, and replace the colon after each name by an equals sign. Plain means that nothing else needs a
    // change.
    let nameFrom = from + 1;
    for (let at = from + 1; at < to; at++) {
      const byte = json[at] as number;
      if (byte !== quote) {
        body[end++] = byte;
        continue;
      }
      if (json[at + 1] === colon) {
        if (lastBytes[json[at - 1] as number] === 1 && isRefused(json, nameFrom, at)) return false;
        body[end++] = equalsSign;
        at += 1;
      } else nameFrom = at + 1;
    }
    this.#length = end + this.#timeText.copy(body, end);
    return true;
  }

  #reserve(bytes: number): void {
    const length = this.#length + bytes;
    if (length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

function isRefused(bytes: Uint8Array, from: number, to: number): boolean {
  const name = Buffer.from(bytes.subarray(from, to)).toString('latin1');
  return name === 'time' || name.endsWith(integerSuffix) || name.endsWith(upperIntegerSuffix);
}
