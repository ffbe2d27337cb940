import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { type LiveFilter, liveSample } from './live-sample.ts';

const everything: LiveFilter = {
  ...{ devices: new Set<string>(), points: new Set<string>(), sites: 'everywhere' },
  siteOf: ({ site }) => site,
};
const sample: Sample = {
  ...{
    v: 1,
    session: '1-1',
    epoch: 3,
    collector: 'c1',
    task: '1',
    device_id: '1',
    device: 'meter-1',
    site: '',
  },
  ...{ measurement: 'meter-1', tick: 2, period_ms: 60_000, time: 120_000, read_at: 70_000 },
};

describe('what a subscribed device reported', () => {
  const part: Sample = {
    ...sample,
    part: 1,
    changes: {
      level: [
        [-55_000, 20],
        [-50_000, 21, 1],
      ],
      state: [[-52_000, 'busy', 4]],
    },
  };

  it('has each value with its own time, and the last of each point like any other', () => {
    expect(liveSample(7, part, everything)).toMatchObject({
      time: '1970-01-01T00:01:10.000Z',
      values: { level: 21, state: 'busy' },
      uncertain: ['level'],
      changes: {
        level: [
          { time: '1970-01-01T00:01:05.000Z', value: 20, uncertain: false },
          { time: '1970-01-01T00:01:10.000Z', value: 21, uncertain: true },
        ],
        state: [{ time: '1970-01-01T00:01:08.000Z', value: 'busy', uncertain: false }],
      },
      miss: null,
    });
  });

  it('is no news for who follows other points, but for the end of its tick where all are followed', () => {
    expect(liveSample(7, part, { ...everything, points: new Set(['other']) })).toBeUndefined();
    expect(liveSample(7, { ...sample, part: 1, changes: {} }, everything)).toBeUndefined();
    expect(liveSample(8, sample, everything)).toMatchObject({ values: {}, time: '1970-01-01T00:02:00.000Z' });
    expect(liveSample(8, sample, everything)).not.toHaveProperty('changes');
  });

  it('says which points are no values', () => {
    const bad = { ...sample, bad: { level: 'is null', state: 'is null' }, changes: {} };
    expect(liveSample(7, bad, { ...everything, points: new Set(['level']) })).toMatchObject({
      values: {},
      bad: { level: 'is null' },
    });
  });
});
