import type { CollectorMove, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { describe, expect, it } from 'vitest';
import { happenings } from './happenings.ts';

const at = (minute: number) =>
  new Date(Date.parse('2026-01-01T08:00:00.000Z') + minute * 60_000).toISOString();
const collector = (id: string, changes: Partial<CollectorView>): CollectorView => ({
  ...{ id, state: 'active', state_since: at(0), started_at: at(0), last_heartbeat_at: at(9) },
  ...{ host: 'h', version: null, capacity: 10, sessions: 0, devices: 0, planned_values_per_s: 0 },
  ...{ load: null, labels: {}, drivers: [], former_lives: [], ...changes },
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
  const kindsOf = (only?: string) =>
    happenings(all, [move], only).map((each) =>
      each.kind === 'moved' ? each.move.reason : `${each.collector} ${each.kind}`,
    );

  it('is newest first, moves among it', () => {
    expect(kindsOf()).toEqual([
      'c1 draining',
      'failover',
      'c2 lost',
      'c2 appeared',
      'c1 appeared',
      'c3 appeared',
    ]);
  });

  it('has the end of each life before the next one begins', () => {
    const life = (from: number, how: 'ended' | 'lost' | 'vanished', to: number) => ({
      ...{ started_at: at(from), how, over_at: at(to), last_heartbeat_at: at(to) },
    });
    const again = collector('c1', {
      ...{ started_at: at(30), state: 'silent', state_since: at(40), last_heartbeat_at: at(40) },
      former_lives: [life(20, 'vanished', 29), life(10, 'lost', 19), life(0, 'ended', 9)],
    });
    const events = happenings([again], [], undefined);
    const minuteOf = (time: string) => (Date.parse(time) - Date.parse(at(0))) / 60_000;
    expect(events.map(({ kind, time }) => `${kind} ${minuteOf(time)}`)).toEqual([
      ...['silent 40', 'appeared 30', 'vanished 29', 'appeared 20'],
      ...['lost 19', 'appeared 10', 'ended 9', 'appeared 0'],
    ]);
  });

  it('is filtered to one collector', () => {
    expect(kindsOf('c2')).toEqual(['failover', 'c2 lost', 'c2 appeared']);
  });
});
