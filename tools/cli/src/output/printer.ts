import type { Writable } from 'node:stream';
import { ProgressLine } from '@holdfast/shared/runtime/progress-line.ts';
import stringWidth from 'string-width';
import { type PlainText, say } from '../words/say.ts';
import { type Column, cellText, tableLines } from './table.ts';

type Fields = readonly (readonly [name: PlainText, value: unknown])[];

/** Prints answers to stdout, as tables or as JSON, and messages for people to stderr. */
export class Printer {
  /** True where JSON was requested, or there is no terminal. */
  readonly asJson: boolean;
  readonly isJsonAsked: boolean;
  private readonly out: Writable & { columns?: number };
  private readonly err: Writable & { isTTY?: boolean };

  constructor(options: {
    json: boolean;
    table: boolean;
    out: Writable & { isTTY?: boolean };
    err: Writable & { isTTY?: boolean };
  }) {
    this.isJsonAsked = options.json;
    this.asJson = options.json || (!options.table && options.out.isTTY !== true);
    this.out = options.out;
    this.err = options.err;
  }

  /** JSON: `value` as it is. Otherwise a table of `items`. */
  table<T>(
    value: unknown,
    columns: readonly Column<T>[],
    items: readonly T[],
    whenEmpty: PlainText | '',
  ): void {
    if (this.asJson) this.json(value);
    else if (items.length === 0) this.line(whenEmpty && say(whenEmpty));
    else for (const line of tableLines(columns, items, this.out.columns)) this.line(line);
  }

  /** JSON: `value` as it is. Otherwise one line a field; fields without a value are left out. */
  fields(value: unknown, fields: Fields): void {
    if (this.asJson) {
      this.json(value);
      return;
    }
    const there = fields
      .filter(([, field]) => field !== null && field !== undefined && field !== '')
      .map(([name, field]) => ({ name: say(name), field }));
    const width = Math.max(...there.map(({ name }) => stringWidth(name)));
    for (const { name, field } of there) {
      this.line(`${name}${' '.repeat(width - stringWidth(name))}  ${cellText(field)}`);
    }
  }

  /** JSON: `value` as it is. Otherwise the sentence. */
  report(value: unknown, sentence: string): void {
    if (this.asJson) this.json(value);
    else this.line(cellText(sentence));
  }

  /** Prints one document; in a stream each document takes one line. */
  json(value: unknown): void {
    this.line(JSON.stringify(value, null, 2));
  }

  jsonLine(value: unknown): void {
    this.line(JSON.stringify(value));
  }

  line(text: string): void {
    this.out.write(`${text}\n`);
  }

  /** Progress of long work; shown only on a terminal. */
  progress(what: PlainText): ProgressLine {
    return new ProgressLine(this.err, say(what));
  }

  note(text: string): void {
    this.err.write(`${text}\n`);
  }
}
