import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSample,
  lastTickOf,
  missCauses,
  parseSampleMessageId,
  type Sample,
  sampleMessageId,
  sampleSchema,
  sampleVersion,
} from './sample.ts';

const good: Sample = {
  v: sampleVersion,
  session: 'session-1',
  epoch: 7,
  collector: 'collector-1',
  task: 'task-1',
  device_id: 'device-1',
  device: 'press-1',
  site: '',
  measurement: 'press-1',
  tick: 5,
  period_ms: 1000,
  time: 5000,
  read_at: 5003,
  values: { temperature: 20.5, run: true, state: '自动', '': 0 },
};

describe('a decoded sample', () => {
  it('is what was encoded', () => {
    expect(decodeSample(JSON.stringify(good))).toEqual({ ok: true, sample: good });
    const { values: _values, ...watched } = {
      ...good,
      part: 2,
      changes: {
        t1: [
          [-900, 20.9],
          [-610, 21, 1],
        ],
        n: [[3, '-9007199254740993', 6]],
      },
      bad: { t2: 'not JSON' },
      dropped: 3,
    } as const;
    expect(decodeSample(JSON.stringify(watched))).toEqual({ ok: true, sample: watched });
    const lacking = [
      {
        set: 'AAAAAAAAAAAAAAAAAAAAAA',
        points: [{ cause: 'exception' as const, period_ms: 1_000, codes: ['b'] }],
      },
      { set: 'BBBBBBBBBBBBBBBBBBBBBB' },
    ];
    expect(decodeSample(JSON.stringify({ ...good, lacking }))).toEqual({
      ok: true,
      sample: { ...good, lacking },
    });
    const { values: _, ...miss } = { ...good, miss: { cause: 'timeout', detail: '' }, through_tick: 9 };
    expect(decodeSample(JSON.stringify(miss))).toEqual({ ok: true, sample: miss });
  });

  it('is also one of an older sender, which reported nothing of points without a value', () => {
    const former = { ...good, v: 1 };
    expect(decodeSample(JSON.stringify(former))).toEqual({ ok: true, sample: former });
  });

  it('is refused for infinite numbers, which JSON can say, and for what is not JSON', () => {
    const infinite = JSON.stringify(good).replace('20.5', '1e999');
    expect(decodeSample(infinite)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('temperature'),
    });
    expect(decodeSample('{"v":1')).toEqual({ ok: false, problem: 'not JSON' });
    expect(decodeSample(JSON.stringify({ ...good, v: 3 }))).toMatchObject({
      ok: false,
      problem: expect.stringContaining('not a sample of versions 1 and 2'),
    });
  });

  it.each([
    ['tick', { tick: 9e15, period_ms: 10_000 }],
    ['through_tick', { through_tick: 9e15, period_ms: 10_000 }],
    ['since_tick', { since_tick: 9e15, period_ms: 10_000 }],
    ['tick', { tick: Date.UTC(10_000, 0, 1) / 1_000 }],
  ])('is refused for a %s of which the scheduled time is beyond the year 9999', (_, ticks) => {
    const decoded = decodeSample(JSON.stringify({ ...good, ...ticks }));
    expect(decoded).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^tick \d+ of .* year 9999$/),
    });
    const last = Date.UTC(10_000, 0, 1) / 1_000 - 1;
    const latest = { ...good, tick: last, through_tick: last, since_tick: last };
    expect(decodeSample(JSON.stringify(latest))).toEqual({ ok: true, sample: latest });
  });

  it('is refused for a length of ticks that no period has', () => {
    const long = JSON.stringify({ ...good, tick: 0, period_ms: 86_400_001 });
    expect(decodeSample(long)).toMatchObject({ ok: false, problem: expect.stringContaining('period_ms') });
    expect(decodeSample(JSON.stringify({ ...good, period_ms: 86_400_000 })).ok).toBe(true);
  });

  it('is taken or refused as the schema says, whatever is in its place', () => {
    const odd = fc.oneof(
      fc.constantFrom(null, '', 'x', 0, -1, 1, 1.5, -0, 2 ** 53, true, [], {}, [1], { a: 1 }, { a: null }),
      fc.record(
        {
          set: fc.constantFrom('x', 'x'.repeat(22), 1),
          points: fc.oneof(
            fc.constantFrom([], {}, null),
            fc.array(
              fc.record({
                cause: fc.constantFrom('exception', 'no_value', 'other'),
                period_ms: fc.constantFrom(1_000, 0),
                codes: fc.constantFrom(['a'], [], ['', 'b'], ['x'.repeat(129)], Array(10_001).fill('a')),
              }),
              { maxLength: 2 },
            ),
          ),
        },
        { requiredKeys: ['set'] },
      ),
      fc.record({
        cause: fc.constantFrom(...missCauses, 'other', 1),
        detail: fc.constantFrom('', 'why', 1, null),
      }),
      fc.dictionary(
        fc.string({ maxLength: 3 }),
        fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null)),
      ),
      fc.dictionary(
        fc.string({ maxLength: 3 }),
        fc.array(
          fc.array(fc.constantFrom(-5, 0, 1, 2, 3, 7, 8, 1.5, '12', 'x', true, null), { maxLength: 4 }),
          { maxLength: 2 },
        ),
      ),
    );
    const changes = fc.array(fc.tuple(fc.constantFrom(...Object.keys(sampleSchema.shape), 'unknown'), odd), {
      maxLength: 2,
    });
    const removals = fc.subarray(Object.keys(good), { maxLength: 1 });
    fc.assert(
      fc.property(changes, removals, (changed, removed) => {
        const candidate: Record<string, unknown> = { ...good, ...Object.fromEntries(changed) };
        for (const name of removed) delete candidate[name];
        const text = JSON.stringify(candidate);
        expect(decodeSample(text).ok).toBe(sampleSchema.safeParse(JSON.parse(text)).success);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('has an id of its own as a part of a tick, which counts for the ticks before', () => {
  const { period_ms: periodMs } = good;
  const part = { ...good, part: 3 };
  expect(sampleMessageId(part)).not.toBe(sampleMessageId(good));
  expect(lastTickOf(part)).toBe(4);
  expect(parseSampleMessageId(sampleMessageId(part))).toMatchObject({ timeMs: 4 * periodMs, epoch: 7 });
  expect(parseSampleMessageId(sampleMessageId(good))).toMatchObject({ timeMs: 5 * periodMs, epoch: 7 });
  expect(parseSampleMessageId(sampleMessageId({ ...good, through_tick: 9 }))).toMatchObject({
    timeMs: 9 * periodMs,
  });
});

it('has no id with a scheduled time beyond the year 9999', () => {
  expect(parseSampleMessageId('1-1/2/1000/5/7')).toMatchObject({ timeMs: 5_000 });
  expect(parseSampleMessageId('1-1/2/9999999999/999999999999999/7')).toBeUndefined();
});
