import type { PointValue } from '../../contracts/sample.ts';
import type { StorableSample } from '../sample-store.ts';

export type Line =
  | { readonly kind: 'line'; readonly text: string }
  /** Nothing to write: a miss. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unrepresentable'; readonly problem: string };

interface Spelling {
  readonly text: string;
  readonly problem: string | undefined;
}

/** More names than this are not those of a plant. */
const namesKeptAtMost = 100_000;

/**
 * One sample as one line: measurement, tags site and device, a field per point code, time in ms. Few tags on
 * purpose: a session or epoch tag would make a new series at every start of a task.
 *
 * Every number becomes a float field: a point that reads 20 now and 20.5 later would otherwise change its type,
 * which InfluxDB refuses. Numbers that are not finite never become a field.
 *
 * Written here instead of through the client's Point, which escapes every name anew and sorts the fields: that cost
 * more than half of the writer's time.
 */
export class LineWriter {
  #heads = new Map<string, Spelling>();
  #fields = new Map<string, Spelling>();

  line(sample: StorableSample): Line {
    const { values } = sample;
    if (values === undefined) return { kind: 'nothing' };
    let fields = '';
    for (const code in values) {
      const value = values[code] as PointValue;
      const name = this.#fieldName(code);
      if (name.problem !== undefined) return { kind: 'unrepresentable', problem: name.problem };
      if (typeof value === 'number' && !Number.isFinite(value)) {
        return {
          kind: 'unrepresentable',
          problem: `${JSON.stringify(code)} is ${value}, which is no number`,
        };
      }
      fields += fields === '' ? name.text : `,${name.text}`;
      fields += typeof value === 'string' ? `"${escapeText(value)}"` : value;
    }
    if (fields === '') return { kind: 'nothing' };
    const head = this.#head(sample);
    if (head.problem !== undefined) return { kind: 'unrepresentable', problem: head.problem };
    return { kind: 'line', text: `${head.text} ${fields} ${sample.time}` };
  }

  #fieldName(code: string): Spelling {
    const known = this.#fields.get(code);
    if (known) return known;
    const spelling = { text: `${escapeName(code)}=`, problem: fieldProblem(code) };
    if (this.#fields.size >= namesKeptAtMost) this.#fields = new Map();
    this.#fields.set(code, spelling);
    return spelling;
  }

  #head(sample: StorableSample): Spelling {
    const { measurement, device, site, quality } = sample;
    // No name that can be written has a NUL character in it.
    const key = `${measurement}\0${device}\0${site}\0${quality ?? ''}`;
    const known = this.#heads.get(key);
    if (known) return known;
    const tags = [`device=${escapeName(device)}`];
    // Only what is out of the ordinary: a tag on everything would make the lines longer and nothing better.
    if (quality === 'uncertain') tags.push('quality=uncertain');
    // An empty tag value is a syntax error; a tag that is left out reads back as the empty string.
    if (site !== '') tags.push(`site=${escapeName(site)}`);
    const spelling = {
      text: `${escapeMeasurement(measurement)},${tags.join(',')}`,
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

function escapeMeasurement(name: string): string {
  return name.replace(/[, ]/g, '\\$&');
}

function escapeName(name: string): string {
  return name.replace(/[, =]/g, '\\$&');
}

function escapeText(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}

function measurementProblem(name: string): string | undefined {
  if (name.startsWith('#')) {
    return `measurement ${JSON.stringify(name)}: a line that starts with # is a comment`;
  }
  return namingProblem(name);
}

function fieldProblem(code: string): string | undefined {
  // Found by reading back: a field of this name is dropped without a word, and the write is answered with success.
  if (code === 'time') return 'InfluxDB keeps the name "time" for itself and drops a point that is called so';
  return namingProblem(code);
}

/**
 * Names for which line protocol has no spelling. Sent as they are, some would be swallowed silently or change
 * the meaning of the rest of the line.
 */
function namingProblem(name: string): string | undefined {
  if (name === '') return 'an empty name';
  // A backslash escapes the separator that follows it, or the escape of one, and cannot itself be escaped there. (Found
  // by reading back: some of these are refused, others are answered with success and lost.)
  if (/\\([ ,="]|$)/.test(name)) {
    return `${JSON.stringify(name)} has a backslash at its end or before a blank, a comma, an equals sign or a quote`;
  }
  if (/[\n\r\t\0]/.test(name)) return `${JSON.stringify(name)} has a control character`;
  return undefined;
}
