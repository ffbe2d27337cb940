import type { CollectorMove, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { describe, expect, it } from 'vitest';
import { happenings } from './happenings.ts';

const at = (minute: number) =>
  new Date(Date.parse('2026-01-01T08:00:00.000Z') + minute * 60_000).toISOString();
const collector = (id: string, changes: Partial<CollectorView>): CollectorView => ({
  ...{ id, state: 'active', state_since: at(0), started_at: at(0), last_heartbeat_at: at(9) },
  ...{ host: 'h', version: null, capacity: 10, sessions: 0, devices: 0, planned_values_per_s: 0 },
  ...{ load: null, labels: {}, drivers: [], ...changes },
});
const move: CollectorMove = {
  ...{ from: at(5), to: at(6), reason: 'failover', former: 'c2', sessions: 1, session_ids: ['1-1'] },
  takers: [{ collector_id: 'c1', sessions: 1 }],
};

describe('what happened to the collectors', () => {
  const all = [
    collector('c1', { state: 'drained', state_since: at(7) }),
    collector('c2', { state: 'lost', started_at: at(1), state_since: at(4) }),
    collector('c3', { state: 'ended', state_since: null }),
  ];
  const told = (only?: string) =>
    happenings(all, [move], only).map((each) =>
      each.kind === 'moved' ? each.move.reason : `${each.collector.id} ${each.kind}`,
    );

  it('is told newest first, moves among it', () => {
    expect(told()).toEqual([
      'c1 draining',
      'failover',
      'c2 lost',
      'c2 appeared',
      'c1 appeared',
      'c3 appeared',
    ]);
  });

  it('is told of one alone', () => {
    expect(told('c2')).toEqual(['failover', 'c2 lost', 'c2 appeared']);
  });
});
