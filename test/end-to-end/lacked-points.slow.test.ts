import { pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { migrateSampleTables } from '@holdfast/sample-store/postgres/migrate-sample-tables.ts';
import { openPostgresSampleStore } from '@holdfast/sample-store/postgres/postgres-sample-store.ts';
import { openPostgresTickCoverage } from '@holdfast/sample-store/postgres/postgres-tick-coverage.ts';
import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import { sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import { deviceValues } from '@holdfast/shared/domain/gaps/point-values.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DuePoints } from '../../services/collector/src/polling/due-points.ts';
import { LackingPoints } from '../../services/collector/src/polling/lacking-points.ts';
import { PointSet } from '../../services/collector/src/polling/point-sets.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { freshDatabase } from '../support/fresh-database.ts';

const periodMs = 1_000;
/** Points of each request, and their period. */
const requests = [
  [8, periodMs],
  [8, periodMs],
  [8, periodMs],
  [1, periodMs],
  [1, periodMs],
  [4, 5_000],
  [4, 7_000],
] as const;
const points = requests.flatMap(([count, period_ms], request) =>
  Array.from({ length: count }, (_, index) =>
    pointOf(`p${request}-${index}`, 100 * request + index, { period_ms }),
  ),
);
const set = new PointSet(points);
const requestOf = requests.flatMap(([count], request) => Array.from({ length: count }, () => request));
const rates = set.rates(periodMs).rates.map((rate) => ({ ...rate, points: rate.points.length }));
/** A tick in which every period begins. */
const firstTick = 35 * 50_000_000;

const fate = fc.record({
  failing: fc.subarray([...requests.keys()]),
  cause: fc.constantFrom('timeout' as const, 'exception' as const),
  /** One point, whose value is no number. */
  noNumber: fc.option(fc.nat(points.length - 1), { nil: undefined }),
  /** The writer that gets the tick; some ticks are delivered to the other one, too. */
  writer: fc.nat(1),
  isRepeated: fc.boolean(),
});
const fates = fc.array(fate, { minLength: 70, maxLength: 140 });

it('finds the values that each point gave by whatever failed together, with two writers and each part restarted', async () => {
  const databaseUrl = await freshDatabase();
  await migrateSampleTables({ databaseUrl });
  const coverage = openPostgresTickCoverage({ databaseUrl });
  cleanUpAfterFile(() => coverage.close());
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fates, fc.nat(), async (ticks, at) => {
      const sessionId = `run-${run++}`;
      const restartTick = firstTick + (at % ticks.length);
      let writers = [0, 1].map(() => openPostgresSampleStore({ databaseUrl, maxConnections: 1 }));
      let lacking = new LackingPoints(set, periodMs);
      let due = new DuePoints(set, periodMs);
      due.takenThrough(firstTick - 1);
      const readValues = new Set<string>();
      const [storedTicks, missed]: [number[], number[]] = [[], []];
      const periodOf = (point: number) => points[point]?.period_ms ?? periodMs;
      const numberOf = (point: number, tick: number) => Math.floor((tick * periodMs) / periodOf(point));
      try {
        for (const [index, { failing, cause, noNumber, writer, isRepeated }] of ticks.entries()) {
          const tick = firstTick + index;
          if (tick === restartTick) {
            await Promise.all(writers.map((each) => each.close()));
            writers = [0, 1].map(() => openPostgresSampleStore({ databaseUrl, maxConnections: 1 }));
            lacking = new LackingPoints(set, periodMs);
            due = new DuePoints(set, periodMs);
            due.takenThrough(tick - 1);
          }
          const duePoints = due.of(tick);
          due.takenThrough(tick);
          const isGiven = (point: number) =>
            duePoints.includes(point) && !failing.includes(requestOf[point] as number) && point !== noNumber;
          const deliveredPoints = duePoints.filter(isGiven);
          const lost = duePoints
            .filter((point) => !isGiven(point))
            .map((point) => ({ at: point, cause: point === noNumber ? ('no_value' as const) : cause }));
          const readings = { readCount: deliveredPoints.length, isRead: isGiven, lost };
          const lackingPoints = lacking.of(tick, duePoints, readings, lost.length > 0 ? cause : undefined);
          if (deliveredPoints.length === 0) {
            missed.push(tick);
            continue;
          }
          storedTicks.push(tick);
          for (const point of deliveredPoints) readValues.add(`${point} ${numberOf(point, tick)}`);
          const sample = storableSample({
            ...{ v: sampleVersion, session: sessionId, device: 'press-1' },
            ...{ tick, period_ms: periodMs, time: tick * periodMs },
            ...(lackingPoints && { lacking: lackingPoints }),
          });
          await writers[writer]?.write([sample]);
          if (isRepeated) await writers[1 - writer]?.write([sample]);
        }
      } finally {
        await Promise.all(writers.map((each) => each.close()));
      }

      const device = { sessionId, deviceCode: 'press-1' };
      const record = (await coverage.readOf([device], {})).get(sessionId)?.get('press-1')?.get(periodMs);
      const lacked = (await coverage.lackingOf([device], {})).get(sessionId)?.get('press-1')?.get(periodMs);
      expect(record?.stored ?? []).toEqual(fromTicks(storedTicks));
      const lastTick = firstTick + ticks.length - 1;
      const all = [{ from: firstTick, to: lastTick }];
      const account = deviceValues({
        ...{ periodMs, legs: [{ scheduled: all, rates }], window: all, stored: record?.stored ?? [] },
        ...{ quarantined: [], lacking: lacked?.sets ?? [], untold: lacked?.untold ?? [] },
        gaps: fromTicks(missed).map((range) => ({ ...range, cause: 'timeout' as const, events: [] })),
      });

      const counts = new Map(
        points.map(({ code }, point) => {
          const [first, last] = [numberOf(point, firstTick), numberOf(point, lastTick)];
          const periods = Array.from({ length: last - first + 1 }, (_, index) => first + index);
          const delivered = periods.filter((period) => readValues.has(`${point} ${period}`)).length;
          return [code, { expected: periods.length, delivered }] as const;
        }),
      );
      const sum = (which: 'expected' | 'delivered') =>
        [...counts.values()].reduce((total, each) => total + each[which], 0);
      const { expected, delivered, byCause = {} } = account ?? {};
      expect({ expected, delivered }).toEqual({ expected: sum('expected'), delivered: sum('delivered') });
      const undelivered = Object.values(byCause).reduce((total, values) => total + values, 0);
      expect(undelivered).toBe(sum('expected') - sum('delivered'));
      for (const { code, ...of } of account?.points ?? []) {
        expect({ code, expected: of.expected, delivered: of.delivered }).toEqual({
          code,
          ...counts.get(code),
        });
      }
    }),
    // A run takes a second, so a failure is not shrunk to a smaller one.
    { numRuns: 8, endOnFailure: true },
  );
});
