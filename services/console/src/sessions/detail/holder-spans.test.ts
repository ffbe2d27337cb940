import { expect, it } from 'vitest';
import { holderSpans } from './holder-spans.ts';

const hour = 3_600_000;
let latest = 0;
const nextSequence = () => {
  latest += 10;
  return latest;
};
const event = (at: number, type: string, data: object = {}) => ({
  sequence: nextSequence(),
  session_id: '7-3',
  type: `com.example.${type}.v2`,
  time: new Date(at * hour).toISOString(),
  source: null,
  data,
  problem: null,
});
const assigned = (at: number, collector_id: string, reason: string) =>
  event(at, 'session.assigned', { collector_id, reason });

it('a session was held from each assignment to the next, to a pause, or to now', () => {
  const events = [
    event(0, 'session.started', { by: 'li' }),
    assigned(1, 'c1', 'start'),
    assigned(4, 'c2', 'drain'),
    event(6, 'session.paused', { by: 'li' }),
    event(7, 'session.resumed', { by: 'li' }),
    assigned(8, 'c1', 'resume'),
  ];
  const told = holderSpans(events, 2 * hour, 10 * hour).map(({ collector, number, reason, from, to }) => [
    collector,
    number,
    reason,
    from / hour,
    to / hour,
  ]);
  expect(told).toEqual([
    ['c1', 1, 'start', 2, 4],
    ['c2', 2, 'drain', 4, 6],
    ['c1', 3, 'resume', 8, 10],
  ]);
});

it('who held it before the time shown is left out, and still counted', () => {
  const events = [assigned(1, 'c1', 'start'), assigned(2, 'c2', 'failover')];
  expect(holderSpans(events, 3 * hour, 4 * hour)).toMatchObject([{ collector: 'c2', number: 2 }]);
});
