import type { PointValue } from '@holdfast/shared/contracts/sample/sample.ts';
import { refusalOf } from '../refusals.ts';
import type { Quality, RefusedValue, StorableSample } from '../sample-store.ts';
import {
  escapeMeasurement,
  escapeName,
  escapeText,
  fieldProblem,
  integerFields,
  measurementProblem,
  namingProblem,
  type Spelling,
} from './line-spelling.ts';
import type { Line, Lines } from './lines.ts';
import type { RefusalLookup } from './refused-fields.ts';

/** Most places remembered: no plant has more. */
const placesKeptAtMost = 200_000;

/** Says which fields go on with integers. */
export interface Integers {
  has(measurement: string, field: string): boolean;
}

/**
 * One value as one line, as the Django system wrote it, so that queries and graphs made for it keep working: the
 * measurement of the device, the tags site, device, point, quality, cn_name and unit, and one field, named like the
 * point. A new name or unit of a point makes a new series, and each line repeats its tags; a line of `LineWriter` has
 * all values of a tick.
 *
 * Fields have the same types as those of `LineWriter`, so that a bucket may hold both. The exception is a point of
 * whole numbers whose field has integers.
 */
export class PredecessorLines implements Lines {
  readonly #integers: Integers;
  #places = new Map<string, Spelling>();

  constructor(integers: Integers) {
    this.#integers = integers;
  }

  line(sample: StorableSample, refusal?: RefusalLookup): Line {
    const { values, integers, uncertain } = sample;
    const refused: RefusedValue[] = [];
    let text = '';
    let problem: string | undefined;
    const add = (code: string, reason: string | undefined, fields: string): void => {
      if (reason !== undefined) {
        refused.push({ code, reason });
        return;
      }
      const place = this.#placeOf(sample, code, qualityOf(sample, uncertain, code));
      problem ??= place.problem;
      text += `${text === '' ? '' : '\n'}${place.text} ${fields} ${sample.time}`;
    };
    for (const code in values) {
      const value = values[code] as PointValue;
      const isNoNumber = typeof value === 'number' && !Number.isFinite(value);
      const reason =
        fieldProblem(code) ??
        refusal?.(code, value) ??
        (isNoNumber ? `${JSON.stringify(code)} is ${value}, which is no number` : undefined);
      const text = typeof value === 'string' ? `"${escapeText(value)}"` : `${value}`;
      add(code, reason, `${escapeName(code)}=${text}${this.#isInteger(sample, code, value) ? 'i' : ''}`);
    }
    for (const code in integers) {
      const fields = integerFields(code, integers[code] ?? '');
      add(code, fieldProblem(code) ?? fields.problem ?? refusal?.(code, 0), fields.text.slice(1));
    }
    if (problem !== undefined) return { kind: 'unrepresentable', problem };
    if (text === '') {
      return refused.length > 0
        ? { kind: 'unrepresentable', problem: refusalOf(sample, refused).reason }
        : { kind: 'nothing' };
    }
    return refused.length > 0 ? { kind: 'line', text, refused } : { kind: 'line', text };
  }

  #isInteger({ measurement, labels }: StorableSample, code: string, value: PointValue): boolean {
    if (!labels?.get(code)?.isWhole || !Number.isSafeInteger(value)) return false;
    return this.#integers.has(measurement, code);
  }

  /** Measurement and tags; the tags are sorted by name, as InfluxDB wants them. */
  #placeOf(sample: StorableSample, code: string, quality: Quality): Spelling {
    const { measurement, device, site, labels } = sample;
    const { name = '', unit = '' } = labels?.get(code) ?? {};
    // No name that can be written contains a NUL character.
    const key = [measurement, device, site, quality, code, name, unit].join('\0');
    const cached = this.#places.get(key);
    if (cached) return cached;
    const tags = [
      ...tagOf('cn_name', name),
      `device=${escapeName(device)}`,
      `point=${escapeName(code)}`,
      `quality=${quality}`,
      ...tagOf('site', site),
      ...tagOf('unit', unit),
    ];
    const place = {
      text: `${escapeMeasurement(measurement)},${tags.join(',')}`,
      problem:
        measurementProblem(measurement) ??
        namingProblem(device) ??
        (site === '' ? undefined : namingProblem(site)),
    };
    if (this.#places.size >= placesKeptAtMost) this.#places = new Map();
    this.#places.set(key, place);
    return place;
  }
}

function qualityOf(sample: StorableSample, uncertain: readonly string[] | undefined, code: string): Quality {
  return sample.quality === 'uncertain' || uncertain?.includes(code) ? 'uncertain' : 'good';
}

/**
 * No tag for an empty value, which line protocol does not know, nor for a label that it cannot spell: the measured
 * value is worth more.
 */
function tagOf(name: string, value: string): string[] {
  return value === '' || namingProblem(value) !== undefined ? [] : [`${name}=${escapeName(value)}`];
}
