import type { CoverageByPeriod } from '@holdfast/sample-store/tick-coverage.ts';
import type { Coverage } from '@holdfast/shared/domain/gaps/attribute-gaps.ts';
import { runningIntervals } from '@holdfast/shared/domain/gaps/schedule.ts';
import { fromTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountingSources, accountForSession, accountForSessions } from './account-for-session.ts';
import { countsOf } from './count-ticks.ts';
import { bucketsOf, lifeOf, ribbonOf } from './ribbon.ts';

const begin = Date.parse('2026-01-01T08:00:00Z');
const at = (seconds: number) => new Date(begin + seconds * 1_000);
const lastSecond = 300;

/** Sessions of two devices with different periods, whose ticks were stored, quarantined or missed, or are not on record. */
const session = fc.record({
  periods: fc.tuple(fc.constantFrom(250, 1_000, 1_500), fc.constantFrom(700, 10_000, 60_000)),
  changes: fc.uniqueArray(fc.integer({ min: 0, max: lastSecond }), { minLength: 1, maxLength: 7 }),
  outcomes: fc.array(fc.constantFrom('stored', 'quarantined', 'timeout', 'none'), {
    minLength: 1,
    maxLength: 40,
  }),
});
type SessionStory = typeof session extends fc.Arbitrary<infer T> ? T : never;

function sourcesOf(stories: readonly SessionStory[]): {
  sources: AccountingSources;
  sessions: ReturnType<typeof idsOf>;
} {
  const sessions = idsOf(stories.length);
  const planOf = ({ periods }: SessionStory) => ({
    periodMs: periods[0],
    devices: periods.map((periodMs, index) => ({ code: `device-${index}`, periodMs })),
  });
  const coverageOf = ({ outcomes }: SessionStory, periodMs: number): Coverage => {
    const first = Math.floor(begin / periodMs) - 5;
    const count = Math.ceil((lastSecond * 1_000) / periodMs) + 10;
    const of = (outcome: string) =>
      fromTicks(
        Array.from({ length: count }, (_, index) => index)
          .filter((index) => outcomes[(index * 7) % outcomes.length] === outcome)
          .map((index) => first + index),
      );
    const missed = new Map([['timeout' as const, of('timeout')]]);
    return { stored: of('stored'), quarantined: of('quarantined'), missed, sent: [], confirmed: [] };
  };
  const sources = {
    plans: {
      prepare: async () => undefined,
      of: async (taskId: number) => planOf(stories[taskId - 1] as SessionStory),
    },
    pasts: {
      of: async () =>
        new Map(
          stories.map(({ changes }, index) => {
            const types = ['session.started', 'session.paused', 'session.resumed'] as const;
            const events = changes
              .toSorted((a, b) => a - b)
              .map((second, place) => {
                const type = types[place === 0 ? 0 : place % 2 === 1 ? 1 : 2] ?? 'session.paused';
                return { event: { type }, timeMs: at(second).getTime() };
              });
            const placements = [{ timeMs: events[0]?.timeMs ?? 0, epoch: 1, reason: 'start' as const }];
            return [`${index + 1}-1`, { intervals: runningIntervals(events), placements }];
          }),
        ),
    },
    coverage: {
      readOf: async (devices: readonly { sessionId: string; deviceCode: string }[]) => {
        const bySession = new Map<string, Map<string, CoverageByPeriod>>();
        for (const { sessionId, deviceCode } of devices) {
          const one = stories[Number.parseInt(sessionId, 10) - 1] as SessionStory;
          const periodMs = one.periods[deviceCode === 'device-0' ? 0 : 1];
          const byDevice = bySession.get(sessionId) ?? new Map();
          bySession.set(
            sessionId,
            byDevice.set(deviceCode, new Map([[periodMs, coverageOf(one, periodMs)]])),
          );
        }
        return bySession;
      },
    },
    settled: { now: async () => ({ beforeMs: at(lastSecond).getTime(), wasAsked: true }) },
  };
  return { sources: sources as unknown as AccountingSources, sessions };
}

function idsOf(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    session_id: `${index + 1}-1`,
    task_id: index + 1,
    config_version: 1,
    started_at: at(0),
    last_sequence: 1,
  }));
}

const window = fc
  .tuple(fc.integer({ min: -50, max: lastSecond - 1 }), fc.integer({ min: 1, max: lastSecond }))
  .map(([from, length]) => ({ from: at(from), to: at(Math.min(from + length, lastSecond)) }));

describe('the ribbon of a session', () => {
  it('adds up to what completeness says of the same time, of many sessions as of one, in each bucket too', async () => {
    let missing = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { minLength: 1, maxLength: 4 }),
        window,
        fc.integer({ min: 1, max: 120 }),
        async (stories, { from, to }, count) => {
          const { sources, sessions } = sourcesOf(stories);
          const buckets = bucketsOf(from, to, count);
          const accounts = await accountForSessions(sources, sessions, { from, to });
          for (const each of sessions) {
            const devices = accounts.sessions.get(each.session_id)?.devices ?? [];
            const alone = await accountForSession(sources, { session: each, from, to });
            expect(devices).toEqual(alone?.devices);
            const ribbon = ribbonOf(devices, buckets);
            const whole = countsOf(alone?.devices ?? []);
            const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
            const byCause: Record<string, number> = {};
            for (const { cause, ticks } of ribbon.missing) byCause[cause] = (byCause[cause] ?? 0) + ticks;
            expect(ribbon.expected).toHaveLength(count);
            expect(ribbon.stored).toHaveLength(count);
            expect({
              expected: sum(ribbon.expected),
              stored: sum(ribbon.stored),
              quarantined: sum(ribbon.quarantined.map(({ ticks }) => ticks)),
              missing_by_cause: byCause,
            }).toEqual({
              expected: whole.expected,
              stored: whole.stored,
              quarantined: whole.quarantined,
              missing_by_cause: whole.missing_by_cause,
            });
            missing += whole.missing;
            // A bucket alone has the same counts as within the whole time.
            const [bucket] = ribbon.missing.map((one) => one.bucket);
            const index = bucket ?? ribbon.expected.findIndex((ticks) => ticks > 0);
            if (index < 0) continue;
            const ticksIn = (scheduled: readonly { from: number; to: number }[], periodMs: number) => {
              const start = buckets.fromMs + index * buckets.bucketMs;
              let ticks = 0;
              for (const range of scheduled) {
                for (let tick = range.from; tick <= range.to; tick += 1) {
                  const timeMs = tick * periodMs;
                  if (timeMs >= start && timeMs < start + buckets.bucketMs) ticks += 1;
                }
              }
              return ticks;
            };
            expect(ribbon.expected[index]).toBe(
              sum(devices.map(({ scheduled, periodMs }) => ticksIn(scheduled, periodMs))),
            );
            expect(ribbon.stored[index]).toBe(
              sum(devices.map(({ stored, periodMs }) => ticksIn(stored, periodMs))),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(missing).toBeGreaterThan(500);
  });

  it('tells when the session ran, was paused and was over, without a hole', () => {
    const buckets = bucketsOf(at(0), at(100), 10);
    const intervals = [
      { fromMs: at(10).getTime(), toMs: at(30).getTime() },
      { fromMs: at(40).getTime(), toMs: at(60).getTime() },
    ];
    const seconds = (life: ReturnType<typeof lifeOf>) =>
      life.map(({ state, from, to }) => [
        state,
        (Date.parse(from) - begin) / 1_000,
        (Date.parse(to) - begin) / 1_000,
      ]);
    const until60 = [
      ['running', 10, 30],
      ['paused', 30, 40],
      ['running', 40, 60],
    ];
    expect(seconds(lifeOf({ status: 'stopped', intervals }, buckets))).toEqual([
      ...until60,
      ['over', 60, 100],
    ]);
    expect(seconds(lifeOf({ status: 'paused', intervals }, buckets))).toEqual([
      ...until60,
      ['paused', 60, 100],
    ]);
    const open = [{ fromMs: at(-50).getTime(), toMs: undefined }];
    expect(seconds(lifeOf({ status: 'running', intervals: open }, buckets))).toEqual([['running', 0, 100]]);
  });
});
