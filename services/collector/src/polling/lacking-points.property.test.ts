import { valueCodes } from '@holdfast/driver/point.ts';
import { pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { type LackedPoints, type Lacking, lackingSchema } from '@holdfast/shared/contracts/sample/lacking.ts';
import { lackingSetOf } from '@holdfast/shared/contracts/sample/lacking-set.ts';
import { devicePeriodMs, isDue } from '@holdfast/shared/domain/rates/device-rates.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DuePoints } from './due-points.ts';
import { LackingPoints } from './lacking-points.ts';
import { PointSet } from './point-sets.ts';

const taskPeriodMs = 200;
const rates = fc.constantFrom(100, 200, 300, 500, 700);
const points = fc
  .array(
    fc.record({ period_ms: fc.option(rates, { nil: undefined }), count: fc.constantFrom(undefined, 2) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((shapes) => shapes.map((rest, index) => pointOf(`p${index}`, index * 10, rest)));

/** The fate of a tick: not asked, all points were requested in vain, or these points gave nothing. */
const fate = fc.oneof(
  { weight: 1, arbitrary: fc.constant('not asked' as const) },
  { weight: 1, arbitrary: fc.constant('silent' as const) },
  { weight: 5, arbitrary: fc.uniqueArray(fc.nat(9), { maxLength: 3 }) },
);
/** Ticks of several holders in turn; none knows anything of the one before. */
const holders = fc.array(fc.array(fate, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

it('lets whoever counts find exactly the periods in which a point was read', () => {
  fc.assert(
    fc.property(points, fc.nat(40), holders, (ofDevice, firstTick, ticksOfHolders) => {
      const set = new PointSet(ofDevice);
      const { list } = set;
      const periodMs = devicePeriodMs(taskPeriodMs, ofDevice);
      const lists = new Map<string, readonly LackedPoints[]>();
      const lackingByTick = new Map<number, Lacking | undefined>();
      const readKeys = new Set<string>();
      const numberOfPeriod = (code: string, tick: number) => {
        const own = ofDevice.find((point) => point.code === code)?.period_ms ?? taskPeriodMs;
        return Math.floor((tick * periodMs) / own);
      };
      let tick = firstTick;
      for (const fates of ticksOfHolders) {
        const due = new DuePoints(set, taskPeriodMs);
        due.takenThrough(tick - 1);
        const lacking = new LackingPoints(set, taskPeriodMs);
        for (const what of fates) {
          if (what !== 'not asked') {
            const duePoints = due.of(tick);
            const isGiven = (at: number) => what !== 'silent' && !what.includes(at);
            const places = duePoints.flatMap((point) =>
              valueCodes(ofDevice[point] as (typeof ofDevice)[number]).map((_, n) => list.firstOf(point) + n),
            );
            const givenPlaces = new Set(places.filter(isGiven));
            const missCause = givenPlaces.size === places.length ? undefined : 'exception';
            const reported = lacking.of(
              tick,
              duePoints,
              { readCount: givenPlaces.size, isRead: (at) => givenPlaces.has(at), lost: undefined },
              missCause,
            );
            due.takenThrough(tick);
            if (reported) lackingSchema.parse(reported);
            for (const { set, points } of reported ?? []) {
              if (!points) continue;
              expect(lackingSetOf(points)).toBe(set);
              lists.set(set, points);
            }
            if (givenPlaces.size > 0) lackingByTick.set(tick, reported);
            else expect(reported).toBeUndefined();
            for (const point of duePoints) {
              const { code } = ofDevice[point] as (typeof ofDevice)[number];
              const isWhole = places
                .filter((at) => list.pointOf(at) === point)
                .every((at) => givenPlaces.has(at));
              if (isWhole) readKeys.add(`${code} ${numberOfPeriod(code, tick)}`);
            }
          }
          tick += 1;
        }
      }
      for (const { code, period_ms: own = taskPeriodMs } of ofDevice) {
        for (let at = firstTick; at < tick; at += 1) {
          // The point is due in the first tick of each of its periods.
          if (!isDue(at, periodMs, own)) continue;
          const period = numberOfPeriod(code, at);
          const isThere = [...lackingByTick].some(([each, reported]) => {
            const codes = reported?.flatMap(({ set }) =>
              (lists.get(set) ?? []).flatMap((lacked) => lacked.codes),
            );
            return numberOfPeriod(code, each) === period && !codes?.includes(code);
          });
          expect([code, at, isThere]).toEqual([code, at, readKeys.has(`${code} ${period}`)]);
        }
      }
    }),
    { numRuns: thorough(3_000) },
  );
});
