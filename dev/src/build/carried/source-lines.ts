const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The lines of the sources that a module was built from, by a source map. */
export class SourceLines {
  static readonly none = new SourceLines('{"sources":[],"mappings":""}');
  readonly #sources: readonly string[];
  /** Of each entry its line and column in the module, its source or -1, and its line there; in the order of the module. */
  readonly #entries: Int32Array;

  constructor(map: string) {
    const { sources, mappings }: { sources: string[]; mappings: string } = JSON.parse(map);
    this.#sources = sources.map((path) => path.replace(/^(\.\.\/)+/, ''));
    const entries: number[] = [];
    const fields = [0, 0, 0, 0];
    for (const [line, segments] of mappings.split(';').entries()) {
      fields[0] = 0;
      for (const segment of segments === '' ? [] : segments.split(',')) {
        const changes = numbersOf(segment);
        for (const [index, change] of changes.entries()) fields[index] = (fields[index] ?? 0) + change;
        const [column = 0, source = 0, sourceLine = 0] = fields;
        entries.push(line, column, changes.length > 1 ? source : -1, sourceLine);
      }
    }
    this.#entries = Int32Array.from(entries);
  }

  /** `services/api/src/main.ts:12`; undefined for what is no source of ours. Lines and columns count from 0. */
  find(line: number, column: number): string | undefined {
    const entries = this.#entries;
    let [low, high] = [0, entries.length / 4];
    while (low < high) {
      const middle = (low + high) >> 1;
      const ofLine = entries[middle * 4] ?? 0;
      const isBefore = ofLine < line || (ofLine === line && (entries[middle * 4 + 1] ?? 0) <= column);
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    const entry = (low - 1) * 4;
    if (entry < 0 || entries[entry] !== line) return undefined;
    const source = this.#sources[entries[entry + 2] ?? -1];
    return source === undefined ? undefined : `${source}:${(entries[entry + 3] ?? 0) + 1}`;
  }
}

/** The numbers of a segment, each in digits of six bits of which one tells that more follow. */
export function numbersOf(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of segment) {
    const digit = digits.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    numbers.push(value & 1 ? -(value >>> 1) : value >>> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

export function segmentOf(numbers: readonly number[]): string {
  return numbers.map(textOf).join('');
}

function textOf(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += digits[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
