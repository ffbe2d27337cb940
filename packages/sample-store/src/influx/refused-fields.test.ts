import { describe, expect, it } from 'vitest';
import { storableSample } from '../testing/storable-sample.ts';
import { LineBody } from './line-body.ts';
import { LineWriter } from './line-protocol.ts';
import { RefusedFields } from './refused-fields.ts';

const minuteMs = 60_000;
const reason = 'field type conflict';
const sample = (changes = {}) => storableSample({ values: { run: true, speed: 1 }, ...changes });

function knowing(): RefusedFields {
  const fields = new RefusedFields();
  fields.note(sample(), [{ code: 'run', reason }], 0);
  return fields;
}

describe('a field that was refused', () => {
  it('is known for the same kind of value of its measurement within its hour', () => {
    const fields = knowing();
    expect(fields.of(sample({ tick: 3_599 }), 1)?.('run', false)).toBe(reason);
    expect(fields.of(sample({ tick: 3_600 }), 1)).toBeUndefined();
    expect(fields.of(sample({ measurement: 'press-2' }), 1)).toBeUndefined();
    expect(fields.of(sample(), 1)?.('run', 1)).toBeUndefined();
    expect(fields.of(sample(), 1)?.('speed', true)).toBeUndefined();
  });

  it('is tried again after some minutes', () => {
    expect(knowing().of(sample(), 4 * minuteMs)?.('run', true)).toBe(reason);
    expect(knowing().of(sample(), 5 * minuteMs)?.('run', true)).toBeUndefined();
  });

  it('is left out of a line, and a sample that has no other value is left out as a whole', () => {
    const fields = knowing();
    const body = new LineBody(new LineWriter(), 1);
    const [both, lone] = [sample(), sample({ values: { run: true } })];
    expect(body.add(both, fields.of(both, 1))).toEqual({
      sample: both,
      codes: ['run'],
      reason: `run: ${reason}`,
    });
    expect(body.add(lone, fields.of(lone, 1))).toEqual({
      sample: lone,
      codes: 'all',
      reason: `run: ${reason}`,
    });
    expect(body.bytes().toString()).toMatch(/ speed=1 \d+$/);
  });
});
