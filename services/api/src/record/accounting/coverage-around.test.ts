import { SentTicks } from '@holdfast/sample-store/sent-ticks.ts';
import { storableSample } from '@holdfast/sample-store/testing/storable-sample.ts';
import type { CoverageTime, DeviceOfSession } from '@holdfast/sample-store/tick-coverage.ts';
import { accountOfDevice } from '@holdfast/shared/domain/gaps/account-of-device.ts';
import { attributeGaps, type Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { dueTicks } from '@holdfast/shared/domain/gaps/due-ticks.ts';
import { fromTicks, intersection } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { thorough } from '@holdfast/test/support/thorough.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CoverageOfSessions, coverageAround } from './coverage-around.ts';

const dayMs = 86_400_000;
const periodMs = 3_600_000;
const ticksOfDay = dayMs / periodMs;
const days = 12;
const nowMs = days * dayMs;
const scheduled = [{ from: 0, to: days * ticksOfDay - 1 }];
const intervals = [{ fromMs: 0, toMs: undefined }];
const nothing: Coverage = { stored: [], quarantined: [], missed: new Map(), sent: [], confirmed: [] };

it('tells the same gaps of a window as all that is on record does', async () => {
  const numRuns = thorough(2_000);
  let partly = 0;
  // Runs of ticks that were stored, that timed out, or about which nothing is known.
  const runs = fc.array(
    fc.record({
      kind: fc.constantFrom('stored', 'timeout', 'none'),
      length: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(
      runs,
      fc.array(fc.integer({ min: 0, max: days * ticksOfDay - 1 }), { maxLength: 5 }),
      fc.integer({ min: 0, max: days * ticksOfDay - 2 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 0, max: days * ticksOfDay - 1 }), { maxLength: 3 }),
      // Processes that ended, about which others know how far they had sent.
      fc.array(
        fc.tuple(fc.integer({ min: 0, max: days * ticksOfDay - 1 }), fc.integer({ min: 0, max: 60 })),
        {
          maxLength: 3,
        },
      ),
      async (kinds, hours, from, length, begins, ended) => {
        const ticks: Record<string, number[]> = { stored: [], timeout: [], none: [] };
        let next = 0;
        for (const run of kinds) {
          for (let count = 0; count < run.length; count += 1) ticks[run.kind]?.push(next++);
        }
        // Each process reads until the next one begins; its samples of a day are reported with the first one on record.
        const recorded = [...(ticks.stored ?? []), ...(ticks.timeout ?? [])].sort((a, b) => a - b);
        const store = new SentTicks();
        const sent = recorded.flatMap((tick) => {
          const since_tick = begins.filter((begin) => begin <= tick).reduce((a, b) => Math.max(a, b), 0);
          const news = store.newsOf([
            storableSample({ session: '1-1', tick, since_tick, period_ms: periodMs }),
          ]);
          news.recorded();
          return [...news.entries];
        });
        const readOf = async (
          _devices: readonly DeviceOfSession[],
          { fromMs = 0, toMs = Number.POSITIVE_INFINITY }: CoverageTime,
        ) => {
          const isGiven = (tick: number) => {
            const day = Math.floor(tick / ticksOfDay);
            return (
              tick < days * ticksOfDay && day >= Math.floor(fromMs / dayMs) && day <= Math.floor(toMs / dayMs)
            );
          };
          if (fromMs > 0) partly += 1;
          const sentThen = sent.flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(isGiven),
          );
          const confirmedThen = ended.flatMap(([from, ticks]) =>
            Array.from({ length: ticks + 1 }, (_, index) => from + index).filter(isGiven),
          );
          const of = (kind: string) => fromTicks((ticks[kind] ?? []).filter(isGiven));
          const ofPress: Coverage = {
            stored: of('stored'),
            quarantined: [],
            missed: new Map([['timeout', of('timeout')]]),
            sent: fromTicks(sentThen),
            confirmed: fromTicks(confirmedThen),
          };
          return new Map([['1-1', new Map([['press', new Map([[periodMs, ofPress]])]])]]);
        };
        const placements = [0, ...hours.toSorted((a, b) => a - b)].map((hour, index) => ({
          timeMs: hour * periodMs + 5,
          epoch: index + 1,
          reason: index === 0 ? ('start' as const) : ('failover' as const),
        }));
        const to = Math.min(from + length, days * ticksOfDay - 1);
        const window = {
          fromMs: from * periodMs,
          toMs: to * periodMs,
          devices: [{ sessionId: '1-1', deviceCode: 'press', due: [{ periodMs, scheduled }] }],
          nowMs,
        };
        const gapsOf = (coverage: CoverageOfSessions) =>
          attributeGaps({
            scheduled,
            intervals,
            placements,
            coverage: coverage.get('1-1')?.get('press')?.get(periodMs) ?? nothing,
            periodMs,
            nowMs,
            settledMs: nowMs - 10_000,
          }).gaps.flatMap((gap) =>
            intersection([gap], [{ from, to }]).map((range) => ({ ...range, cause: gap.cause })),
          );
        const all = gapsOf(await readOf([], {}));
        expect(gapsOf(await coverageAround({ readOf }, window))).toEqual(all);
      },
    ),
    { numRuns },
  );
  expect(partly).toBeGreaterThan(numRuns / 2);
});

it('tells the same gaps of a window of a device whose ticks have had two lengths', async () => {
  const lengths = [periodMs, periodMs / 3] as const;
  const shortMs = lengths[1];
  const places = nowMs / shortMs;
  const place = fc.integer({ min: 1, max: places - 2 });
  let partly = 0;
  const run = fc.record({
    kind: fc.constantFrom('stored', 'stored', 'timeout', 'none'),
    length: fc.integer({ min: 1, max: 200 }),
  });
  // The hole begins days before the window, and contains ticks of the former length.
  const readInFormerLength: [
    { kind: string; length: number }[],
    number[],
    number[],
    [number, number],
    number,
  ] = [
    [
      { kind: 'stored', length: 217 },
      { kind: 'none', length: 72 },
      { kind: 'stored', length: 3 },
    ],
    [187, 1],
    [],
    [288, 1],
    30,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 30 }),
      fc.uniqueArray(place, { minLength: 1, maxLength: 4 }),
      fc.array(place, { maxLength: 4 }),
      fc.tuple(place, fc.integer({ min: 1, max: 200 })),
      // Number of short ticks after each change that were still read with the former length.
      fc.constantFrom(0, 0, 0, 1, 4, 30),
      async (runs, changesAt, takenAt, [from, length], late) => {
        const changes = changesAt
          .toSorted((a, b) => a - b)
          .map((at, event) => ({ timeMs: at * shortMs, event }));
        const legs = [Number.NEGATIVE_INFINITY, ...changes.map(({ timeMs }) => timeMs)].map(
          (legMs, index) => ({
            fromMs: legMs,
            periodMs: lengths[index % 2] as number,
          }),
        );
        const due = dueTicks(legs, intervals, nowMs);
        const kinds = runs.flatMap(({ kind, length: count }) => Array<string>(count).fill(kind));
        const recorded = new Map(lengths.map((each) => [each, new Map<number, string>()]));
        for (let ms = 0; ms < nowMs; ms += shortMs) {
          const readBy = legs.findLast((leg) => leg.fromMs <= ms - late * shortMs)?.periodMs ?? 0;
          if (ms % readBy === 0) recorded.get(readBy)?.set(ms / readBy, kinds[ms / shortMs] ?? 'none');
        }
        const readOf = async (
          _devices: readonly DeviceOfSession[],
          { fromMs = 0, toMs = Number.POSITIVE_INFINITY }: CoverageTime,
        ) => {
          if (fromMs > 0) partly += 1;
          const dayOf = (ms: number) => Math.floor(ms / dayMs);
          const byLength = [...recorded].map(([each, ticks]) => {
            const of = (kindOfTick: string) => {
              const isGiven = ([tick, kind]: [number, string]) =>
                kind === kindOfTick &&
                dayOf(tick * each) >= dayOf(fromMs) &&
                dayOf(tick * each) <= dayOf(toMs);
              return fromTicks([...ticks].filter(isGiven).map(([tick]) => tick));
            };
            const coverage = {
              ...nothing,
              stored: of('stored'),
              missed: new Map([['timeout' as const, of('timeout')]]),
            };
            return [each, coverage] as const;
          });
          return new Map([['1-1', new Map([['press', new Map<number, Coverage>(byLength)]])]]);
        };
        const placements = [0, ...takenAt.toSorted((a, b) => a - b)].map((at, index) => ({
          timeMs: at * shortMs + 5,
          epoch: index + 1,
          reason: index === 0 ? ('start' as const) : ('failover' as const),
        }));
        const [fromMs, toMs] = [from * shortMs, Math.min((from + length) * shortMs, nowMs)];
        const gapsOf = (coverage: CoverageOfSessions) =>
          accountOfDevice({
            ...{ due, intervals, placements, changes, nowMs, settledMs: nowMs },
            coverage: coverage.get('1-1')?.get('press') ?? new Map(),
          }).map(({ periodMs: each, gaps }) => {
            const window = [{ from: Math.ceil(fromMs / each), to: Math.ceil(toMs / each) - 1 }];
            return gaps.flatMap((gap) =>
              intersection([gap], window).map((range) => [each, range.from, range.to, gap.cause]),
            );
          });
        const devices = [{ sessionId: '1-1', deviceCode: 'press', due }];
        const around = await coverageAround({ readOf }, { fromMs, toMs, devices, nowMs });
        expect(gapsOf(around).flat()).toEqual(gapsOf(await readOf([], {})).flat());
      },
    ),
    { numRuns: thorough(500), examples: [readInFormerLength] },
  );
  expect(partly).toBeGreaterThan(100);
});
