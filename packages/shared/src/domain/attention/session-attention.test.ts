import { expect, it } from 'vitest';
import { attentionOf, type SessionSituation } from './session-attention.ts';

const [missedAt, goodAt, takenAt, heardAt] = ['07:40', '07:50', '08:05', '08:06'].map(
  (time) => `2026-11-26T${time}:00Z`,
) as [string, string, string, string];

const codes = ['press-1', 'press-2'] as const;

/**
 * A session that a collector took at `takenAt` and for which it has had only misses since, the last one at `lastSample`.
 * @param lastGood last successes of the first devices, all of which fail
 */
function lookedAt(lastSample: string | null, lastGood: readonly (string | null)[]): SessionSituation {
  const failing = lastGood.map((last_success) => {
    return { status: 'timeout', consecutive_failures: 3, last_success, last_error: 'timeout' };
  });
  return {
    session: { status: 'running', warned_at: null, placement: { state: 'placed', since: takenAt } },
    isLatest: true,
    compared: {
      is_actual: true,
      storing: { refused: [] },
      last_sample: lastSample === null ? null : { time: lastSample },
      disagreements: [],
    },
    devices: { total: 2 },
    health: Object.fromEntries(failing.map((health, index) => [codes[index], health])),
    missedSince: new Map(),
  } as unknown as SessionSituation;
}

it('tells since when devices are silent by the last that was read of them, never by misses or by who has them now', () => {
  const all = lookedAt(heardAt, [goodAt, null]);
  expect(attentionOf(all)).toMatchObject([{ code: 'devices_failing', since: goodAt }]);
  const some = lookedAt(heardAt, [goodAt]);
  expect(attentionOf(some)).toMatchObject([{ code: 'some_devices_failing', since: goodAt }]);
  // A device that was never read has been silent for longer than the session.
  const missedSince = new Map([['press-2', missedAt]]);
  expect(attentionOf({ ...all, missedSince })).toMatchObject([{ since: goodAt }]);
  expect(attentionOf(lookedAt(heardAt, [missedAt, goodAt]))).toMatchObject([{ since: goodAt }]);
  expect(attentionOf({ ...lookedAt(heardAt, [null, null]), missedSince })).toMatchObject([
    { since: missedAt },
  ]);
  // This holds as long as nothing is on record.
  expect(attentionOf(lookedAt(heardAt, [null, null]))).toMatchObject([{ since: takenAt }]);
});

it('tells since when nothing arrives, also where the collector that has the session gave nothing yet', () => {
  const { compared, ...situation } = lookedAt(null, []);
  const silent = {
    ...compared,
    is_actual: false,
    storing: { state: 'stored' },
  } as SessionSituation['compared'];
  expect(attentionOf({ ...situation, compared: silent })).toMatchObject([
    { code: 'not_read', since: takenAt },
  ]);
});

it('does not call a session unread of which only the storing is unknown', () => {
  const { compared, ...situation } = lookedAt(heardAt, []);
  const unknown = { ...compared, is_actual: false, is_unknown: true } as SessionSituation['compared'];
  expect(attentionOf({ ...situation, compared: unknown })).toEqual([]);
});
