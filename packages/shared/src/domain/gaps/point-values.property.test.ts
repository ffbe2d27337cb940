import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDue } from '../rates/device-rates.ts';
import type { Gap } from './attribute-gaps.ts';
import { deviceValues } from './point-values.ts';
import { fromTicks } from './tick-ranges.ts';

const periodMs = 100;
const firstTick = 1_000;
const ticks = 24;

/** The fate of a tick: stored without these points, in quarantine, or missing. */
const fate = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.subarray(['p0', 'p1', 'p2', 'p3']).map((lacks) => ({ kind: 'stored' as const, lacks })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'quarantined' as const, lacks: [] as string[] }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('timeout', 'overrun').map((kind) => ({ kind, lacks: [] as string[] })),
  },
);
const rate = fc.constantFrom(100, 200, 250, 700);

describe('the values of a device', () => {
  it('are those that counting each period of each point by itself finds', () => {
    fc.assert(
      fc.property(
        fc.array(fate, { minLength: ticks, maxLength: ticks }),
        fc.array(rate, { minLength: 4, maxLength: 4 }),
        fc.tuple(fc.nat(ticks - 1), fc.nat(ticks - 1)),
        fc.subarray(
          Array.from({ length: ticks }, (_, index) => firstTick + index),
          { minLength: 1 },
        ),
        fc.nat(ticks),
        (fates, rates, ends, due, change) => {
          const [from, to] = [Math.min(...ends) + firstTick, Math.max(...ends) + firstTick];
          // From a change on, the last two points are gone.
          const changeTick = firstTick + change;
          const legOf = (tick: number) => (tick < changeTick ? 0 : 1);
          const codesOf = [
            ['p0', 'p1', 'p2', 'p3'],
            ['p0', 'p1'],
          ] as const;
          const periodOf = (code: string) => rates[Number(code[1])] as number;
          const fateOf = (tick: number) => {
            const { kind, lacks } = fates[tick - firstTick] as (typeof fates)[number];
            const codes: readonly string[] = codesOf[legOf(tick)] ?? [];
            return { kind, lacks: lacks.filter((code) => codes.includes(code)) };
          };
          const storedWith = (tick: number) => fateOf(tick).kind === 'stored';
          const lacking = due.filter(storedWith).flatMap((tick) => {
            const { lacks } = fateOf(tick);
            const points = lacks.map((code) => ({
              cause: 'exception',
              period_ms: periodOf(code),
              codes: [code],
            }));
            return lacks.length === 0 ? [] : [{ ticks: fromTicks([tick]), points }];
          });
          const values = deviceValues({
            periodMs,
            legs: codesOf.map((codes, leg) => ({
              scheduled: fromTicks(due.filter((tick) => legOf(tick) === leg)),
              rates: [...Map.groupBy(codes, periodOf)].map(([period, of]) => ({
                periodMs: period,
                points: of.length,
              })),
            })),
            window: [{ from, to }],
            stored: fromTicks(due.filter(storedWith)),
            quarantined: fromTicks(due.filter((tick) => fateOf(tick).kind === 'quarantined')),
            gaps: due
              .filter((tick) => !['stored', 'quarantined'].includes(fateOf(tick).kind))
              .map(
                (tick): Gap => ({
                  from: tick,
                  to: tick,
                  cause: fateOf(tick).kind as Gap['cause'],
                  events: [],
                }),
              ),
            lacking,
            untold: [],
          });

          const counts = { expected: 0, delivered: 0, byCause: {} as Record<string, number> };
          const ofPoints = new Map<string, { expected: number; delivered: number }>();
          for (const tick of due.filter((each) => each >= from && each <= to)) {
            for (const code of codesOf[legOf(tick)] ?? []) {
              const own = periodOf(code);
              if (!isDue(tick, periodMs, own)) continue;
              const period = Math.floor((tick * periodMs) / own);
              const isThere = due.some(
                (each) =>
                  legOf(each) === legOf(tick) &&
                  Math.floor((each * periodMs) / own) === period &&
                  storedWith(each) &&
                  !fateOf(each).lacks.includes(code),
              );
              const ofPoint = ofPoints.get(code) ?? { expected: 0, delivered: 0 };
              ofPoints.set(code, ofPoint);
              for (const into of [counts, ofPoint]) {
                into.expected += 1;
                into.delivered += isThere ? 1 : 0;
              }
              const { kind } = fateOf(tick);
              const cause = kind === 'stored' ? 'exception' : kind;
              if (!isThere) counts.byCause[cause] = (counts.byCause[cause] ?? 0) + 1;
            }
          }
          const { points = [], neverDelivered = [], ...sum } = values ?? {};
          expect(sum).toEqual(counts);
          for (const { code, expected, delivered } of points) {
            if (change > 0 && change < ticks) continue;
            expect({ expected, delivered }).toEqual(ofPoints.get(code) ?? { expected: 0, delivered: 0 });
          }
          for (const { code, sinceMs } of neverDelivered) {
            expect(sinceMs % periodMs).toBe(0);
            expect(due).toContain(sinceMs / periodMs);
            if (change === 0 || change === ticks) expect(ofPoints.get(code)?.delivered).toBe(0);
          }
        },
      ),
      { numRuns: thorough(3_000) },
    );
  });

  const whole = {
    periodMs,
    window: [{ from: 0, to: 9 }],
    legs: [{ scheduled: [{ from: 0, to: 9 }], rates: [{ periodMs, points: 2 }] }],
    stored: [{ from: 0, to: 9 }],
    ...{ quarantined: [], gaps: [], lacking: [], untold: [] },
  };
  const dead = { cause: 'exception', period_ms: periodMs, codes: ['dead'] };

  it('name the point that never gave one, since when and why at last', () => {
    const lacking = [
      { ticks: [{ from: 0, to: 4 }], points: [{ ...dead, cause: 'timeout' }] },
      { ticks: [{ from: 5, to: 9 }], points: [dead] },
    ];
    expect(deviceValues({ ...whole, lacking })).toEqual({
      ...{ expected: 20, delivered: 10, byCause: { timeout: 5, exception: 5 } },
      points: [{ code: 'dead', expected: 10, delivered: 0, byCause: { timeout: 5, exception: 5 } }],
      neverDelivered: [{ code: 'dead', sinceMs: 0, cause: 'exception' }],
    });
  });

  it('name no point of a device that was unavailable as a whole, nor one that gave something', () => {
    const gaps: Gap[] = [{ from: 3, to: 9, cause: 'connection', events: [] }];
    const lacking = [{ ticks: [{ from: 0, to: 2 }], points: [dead] }];
    const away = { ...whole, window: [{ from: 3, to: 9 }], stored: [{ from: 0, to: 2 }], gaps, lacking };
    expect(deviceValues(away)).toMatchObject({
      delivered: 0,
      byCause: { connection: 14 },
      neverDelivered: [],
    });
    expect(deviceValues({ ...whole, lacking })).toMatchObject({ delivered: 17, neverDelivered: [] });
  });

  it('are those of the time asked for: a point that lacked something at another time is not named', () => {
    const lacking = [
      { ticks: [{ from: 0, to: 2 }], points: [{ ...dead, codes: ['before'] }] },
      { ticks: [{ from: 4, to: 4 }], points: [dead] },
    ];
    const later = deviceValues({ ...whole, window: [{ from: 4, to: 9 }], lacking });
    expect(later?.points).toEqual([{ code: 'dead', expected: 6, delivered: 5, byCause: { exception: 1 } }]);
  });

  it('are not known where a stored tick does not say what it lacks, or the version does not have what is lacked', () => {
    expect(deviceValues({ ...whole, untold: [{ from: 3, to: 3 }] })).toBeUndefined();
    expect(
      deviceValues({ ...whole, window: [{ from: 4, to: 9 }], untold: [{ from: 3, to: 3 }] }),
    ).toMatchObject({
      delivered: 12,
    });
    const [leg] = whole.legs;
    expect(
      deviceValues({ ...whole, legs: [{ scheduled: leg?.scheduled ?? [], rates: undefined }] }),
    ).toBeUndefined();
    const foreign = [{ ticks: [{ from: 0, to: 9 }], points: [{ ...dead, period_ms: 50 }] }];
    expect(deviceValues({ ...whole, lacking: foreign })).toBeUndefined();
  });
});
