import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { expect, it } from 'vitest';
import type { PointMeaning, PointValue } from '../point.ts';
import type { ValueSink } from '../value-sink.ts';
import { bigintEmitter, emitTime, numberEmitter, truthEmitter } from './emit-value.ts';
import { rawNumber } from './raw-value.ts';
import { Readings } from './readings.ts';

const plain: PointMeaning = { data_type: 'int32', scale: 1, offset: 0 };

function emitted(give: (sink: ValueSink) => void) {
  const readings = new Readings({ codes: ['x'] });
  give(readings);
  return readings.all.map(({ value, quality, status }) => [value, quality, inEnglish(status)]);
}

it('scales, rounds and judges numbers', () => {
  const of = (point: Partial<PointMeaning>, raw: number) =>
    emitted((sink) => numberEmitter({ ...plain, ...point })(raw, 0, sink));
  expect(of({ scale: 0.1 }, 235)).toEqual([[23.5, 'good', '']]);
  expect(of({ scale: 0.1, valid_max: 20 }, 235)).toEqual([[23.5, 'uncertain', '']]);
  expect(of({ scale: 0.5, offset: 1, precision: 0 }, 4)).toEqual([[3, 'good', '']]);
  expect(of({ linear: { raw_min: 4_000, raw_max: 20_000, eng_min: 0, eng_max: 10 } }, 12_000)).toEqual([
    [5, 'good', ''],
  ]);
  expect(of({ enumeration: { '1': 'on' } }, 1)).toEqual([['on', 'good', '']]);
  expect(of({ enumeration: { '1': 'on' } }, 2)).toEqual([['2', 'uncertain', '']]);
  expect(of({}, Number.NaN)).toEqual([[undefined, 'bad', 'holds NaN, which is no value']]);
});

it('gives truths, times and 64-bit integers as they are', () => {
  expect(emitted((sink) => truthEmitter(plain)(true, 0, sink))).toEqual([[true, 'good', '']]);
  expect(emitted((sink) => emitTime(0, 0, sink))).toEqual([['1970-01-01T00:00:00Z', 'good', '']]);
  const long = bigintEmitter({ ...plain, data_type: 'int64' });
  expect(emitted((sink) => long(9_007_199_254_740_993n, 0, sink))).toEqual([
    ['9007199254740993', 'good', ''],
  ]);
});

it('undoes that for writing', () => {
  const raw = (point: Partial<PointMeaning>, value: PointValue) => rawNumber({ ...plain, ...point }, value);
  expect(raw({ scale: 0.1 }, 23.5)).toMatchObject({ ok: true, raw: 235 });
  expect(raw({ enumeration: { '1': 'on' } }, 'on')).toEqual({ ok: true, raw: 1 });
  expect(raw({ data_type: 'uint64' }, '9007199254740993')).toEqual({ ok: true, raw: 9_007_199_254_740_993n });
  expect(raw({ valid_max: 20 }, 21)).toMatchObject({ ok: false, problem: { field: 'value' } });
  expect(raw({}, 'warm')).toMatchObject({ ok: false });
});
