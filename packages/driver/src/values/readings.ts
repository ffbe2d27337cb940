import type { Text, Words } from '@holdfast/texts/text.ts';
import type { PointValue } from '../point.ts';
import type { PointList } from '../point-list.ts';
import type { Quality, ValueSink } from '../value-sink.ts';

/** A single decoded value. */
export interface Reading {
  readonly at: number;
  readonly code: string;
  /** Undefined when there is no value. 64-bit integers are decimal text. */
  readonly value: PointValue | undefined;
  readonly quality: 'good' | 'uncertain' | 'bad';
  /** Why there is no value, or why it is uncertain, or empty if it is good, or uncertain by its number. */
  readonly status: Words;
  readonly sourceTimeMs: number | undefined;
}

/** Keeps the values as objects, for callers that want few of them: trials of a device, reading back, tests. */
export class Readings implements ValueSink {
  readonly all: Reading[] = [];
  readonly #list: Pick<PointList, 'codes'>;
  #sourceTimeMs: number | undefined;

  constructor(list: Pick<PointList, 'codes'>) {
    this.#list = list;
  }

  number(at: number, value: number, quality: Quality, why?: Text): void {
    this.#add(at, value, quality, why);
  }

  decimal(at: number, digits: number, decimals: number, quality: Quality, why?: Text): void {
    this.#add(at, digits / 10 ** decimals, quality, why);
  }

  integer(at: number, digits: string, quality: Quality, why?: Text): void {
    this.#add(at, digits, quality, why);
  }

  other(at: number, value: string | boolean, quality: Quality, why?: Text): void {
    this.#add(at, value, quality, why);
  }

  bad(at: number, status: Text): void {
    this.#keep(at, undefined, 'bad', status);
  }

  sourceTime(ms: number | undefined): void {
    this.#sourceTimeMs = ms;
  }

  #add(at: number, value: PointValue, quality: Quality, why: Words = ''): void {
    this.#keep(at, value, quality === 0 ? 'good' : 'uncertain', why);
  }

  #keep(at: number, value: PointValue | undefined, quality: Reading['quality'], status: Words): void {
    const code = this.#list.codes[at];
    if (code === undefined) throw new RangeError(`the device has no value ${at}`);
    this.all.push({ at, code, value, quality, status, sourceTimeMs: this.#sourceTimeMs });
  }
}
