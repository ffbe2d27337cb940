import { expect, it } from 'vitest';
import { attentionOf, type LookedAt } from './session-attention.ts';

const [heardAt, takenAt] = ['2026-11-26T08:00:00Z', '2026-11-26T08:05:00Z'];

/** A session that a collector took at `takenAt`, which has heard no device of it since. */
function lookedAt(lastSample: string | null, failing: number): LookedAt {
  const silent = { status: 'failing', consecutive_failures: 3, last_success: null, last_error: 'timeout' };
  const codes = ['press-1', 'press-2'].slice(0, failing);
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
    health: Object.fromEntries(codes.map((code) => [code, silent])),
  } as unknown as LookedAt;
}

it('tells since when devices are silent, also where the collector that has them now never heard them', () => {
  expect(attentionOf(lookedAt(heardAt, 2))).toMatchObject([{ code: 'devices_failing', since: heardAt }]);
  expect(attentionOf(lookedAt(null, 2))).toMatchObject([{ code: 'devices_failing', since: takenAt }]);
  expect(attentionOf(lookedAt(heardAt, 1))).toMatchObject([{ code: 'some_devices_failing', since: takenAt }]);
});

it('tells since when nothing arrives, also where the collector that has the session gave nothing yet', () => {
  const { compared, ...looked } = lookedAt(null, 0);
  const silent = { ...compared, is_actual: false, storing: { state: 'stored' } } as LookedAt['compared'];
  expect(attentionOf({ ...looked, compared: silent })).toMatchObject([{ code: 'not_read', since: takenAt }]);
});

it('does not call a session unread of which only the storing cannot be told', () => {
  const { compared, ...looked } = lookedAt(heardAt, 0);
  const unknown = { ...compared, is_actual: false, is_unknown: true } as LookedAt['compared'];
  expect(attentionOf({ ...looked, compared: unknown })).toEqual([]);
});
