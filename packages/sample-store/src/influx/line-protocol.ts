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
import type { Head, Line, Lines } from './lines.ts';
import type { RefusalLookup } from './refused-fields.ts';

/** Most names remembered: no plant has more. */
const namesKeptAtMost = 100_000;

/**
 * One sample as one line: measurement, tags site and device, a field per point code, time in ms. Few tags on purpose: a
 * session or epoch tag would make a new series at every start of a task. Uncertain values go into a second line with a
 * tag that says so: a field next to them would stay when the tick is written again.
 *
 * Every number becomes a float field: a point that reads 20 now and 20.5 later would otherwise change its type, which
 * InfluxDB refuses. The same holds for 64-bit integers, which were floats before, and are again once the point has a
 * scale; where the float is not exact, an integer field is next to it. Numbers that are not finite never become a
 * field.
 *
 * Written here instead of through the client's Point, which escapes every name each time and sorts the fields: that
 * cost more than half of the writer's time.
 */
export class LineWriter implements Lines {
  #heads = new Map<string, Head>();
  #fields = new Map<string, Spelling>();

  /** @param refusal why a value must not be written, where that is known beforehand */
  line(sample: StorableSample, refusal?: RefusalLookup): Line {
    const { values, integers, uncertain = [] } = sample;
    const doubtful = uncertain.length > 0 && sample.quality !== 'uncertain' ? new Set(uncertain) : undefined;
    let good = '';
    let other = '';
    let refused: RefusedValue[] | undefined;
    for (const code in values) {
      const value = values[code] as PointValue;
      const name = this.#fieldName(code);
      let reason = name.problem ?? refusal?.(code, value);
      if (typeof value === 'number' && !Number.isFinite(value)) {
        reason ??= `${JSON.stringify(code)} is ${value}, which is no number`;
      }
      if (reason !== undefined) {
        refused ??= [];
        refused.push({ code, reason });
        continue;
      }
      // As few string joins as possible. They are a tenth of the writer's work.
      const field = name.text + (typeof value === 'string' ? `"${escapeText(value)}"` : value);
      if (doubtful?.has(code)) other += field;
      else good += field;
    }
    for (const code in integers) {
      const name = this.#fieldName(code);
      const fields = integerFields(code, integers[code] ?? '');
      const reason = name.problem ?? fields.problem ?? refusal?.(code, 0);
      if (reason !== undefined) {
        refused ??= [];
        refused.push({ code, reason });
      } else if (doubtful?.has(code)) other += fields.text;
      else good += fields.text;
    }
    if (good === '' && other === '') {
      return refused
        ? { kind: 'unrepresentable', problem: refusalOf(sample, refused).reason }
        : { kind: 'nothing' };
    }
    const head = this.head(sample, sample.quality ?? 'good');
    if (head.problem !== undefined) return { kind: 'unrepresentable', problem: head.problem };
    // Each list of fields begins with one comma too many.
    const goodLine = good && `${head.text} ${good.slice(1)} ${sample.time}`;
    const otherLine = other && `${this.head(sample, 'uncertain').text} ${other.slice(1)} ${sample.time}`;
    const text = good === '' || other === '' ? goodLine + otherLine : `${goodLine}\n${otherLine}`;
    return refused ? { kind: 'line', text, refused } : { kind: 'line', text };
  }

  #fieldName(code: string): Spelling {
    const cached = this.#fields.get(code);
    if (cached) return cached;
    const spelling = { text: `,${escapeName(code)}=`, problem: fieldProblem(code) };
    if (this.#fields.size >= namesKeptAtMost) this.#fields = new Map();
    this.#fields.set(code, spelling);
    return spelling;
  }

  /** The beginning of a line, up to its first space. */
  head({ measurement, device, site }: StorableSample, quality: Quality): Head {
    // No name that can be written contains a NUL character.
    const key = `${measurement}\0${device}\0${site}\0${quality}`;
    const cached = this.#heads.get(key);
    if (cached) return cached;
    const tags = [`device=${escapeName(device)}`];
    // Only exceptions are tagged: a tag on everything would make the lines longer and nothing better.
    if (quality === 'uncertain') tags.push('quality=uncertain');
    // An empty tag value is a syntax error; a missing tag reads back as the empty string.
    if (site !== '') tags.push(`site=${escapeName(site)}`);
    const text = `${escapeMeasurement(measurement)},${tags.join(',')}`;
    const spelling = {
      text,
      bytes: Buffer.from(text),
      problem:
        measurementProblem(measurement) ??
        namingProblem(device) ??
        (site === '' ? undefined : namingProblem(site)),
    };
    if (this.#heads.size >= namesKeptAtMost) this.#heads = new Map();
    this.#heads.set(key, spelling);
    return spelling;
  }
}
