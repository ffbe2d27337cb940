import { valueCodes } from '@holdfast/driver/point.ts';

/**
 * The names of a device's values as they are in a message, `,"code":` each, made once.
 */
export class ValueKeys {
  readonly #codes: string[];
  /** All keys, one after the other. */
  readonly bytes: DataView;
  /** Key `n` is from `starts[n]` up to before `starts[n + 1]`. */
  readonly starts: Uint32Array;
  #indexOf: Map<string, number> | undefined;

  constructor(points: readonly { code: string; count?: number | undefined }[]) {
    this.#codes = points.flatMap(valueCodes);
    const keys = this.#codes.map((code) => `,${JSON.stringify(code)}:`);
    this.bytes = new DataView(Uint8Array.from(new TextEncoder().encode(keys.join(''))).buffer);
    this.starts = new Uint32Array(keys.length + 1);
    keys.forEach((key, index) => {
      this.starts[index + 1] = (this.starts[index] ?? 0) + Buffer.byteLength(key);
    });
    // A name is in a message once, so several values with the same name share the place of the first.
    const places = this.#places();
    if (places.size < this.#codes.length) {
      this.#codes = this.#codes.map((code, index) => (places.get(code) === index ? code : ''));
    }
  }

  get count(): number {
    return this.#codes.length;
  }

  lengthOf(index: number): number {
    return (this.starts[index + 1] as number) - (this.starts[index] as number);
  }

  /** The code of the value at a place. */
  codeAt(at: number): string {
    const code = this.#codes[at];
    if (code === undefined) throw new RangeError(`the device has no value ${at}`);
    return code;
  }

  /** @throws RangeError for a code that the device does not have */
  indexOf(code: string): number {
    this.#indexOf ??= this.#places();
    const index = this.#indexOf.get(code);
    if (index === undefined) throw new RangeError(`the device has no value ${code}`);
    return index;
  }

  #places(): Map<string, number> {
    const places = new Map<string, number>();
    this.#codes.forEach((code, index) => {
      if (code !== '' && !places.has(code)) places.set(code, index);
    });
    return places;
  }
}
