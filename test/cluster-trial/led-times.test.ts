import { expect, it } from 'vitest';
import { type Copy, heardLeader, inBoth, LedTimes } from './led-times.ts';

/** Copies on three nodes whose leader is `leader`, which heard from the others so many ms ago. */
function led(leader: string, silentMs: readonly number[], on = ['nats-1', 'nats-2', 'nats-3']): Copy[] {
  const replicas = silentMs.map((ms) => ({ current: true, active: ms * 1_000_000 }));
  return on.map((name) => ({ on: name, cluster: { leader, replicas } }));
}

it('a leader leads up to when it last heard of most copies', () => {
  expect(heardLeader(led('nats-1', [300, 700]), 10_000, 3)).toEqual({ leader: 'nats-1', atMs: 9_700 });
  expect(heardLeader(led('nats-1', [60_000, 700]), 10_000, 3)).toEqual({ leader: 'nats-1', atMs: 9_300 });
  expect(heardLeader(led('nats-1', [60_000, 5_000]), 10_000, 3)).toBeUndefined();
});

it('one that says nothing itself leads no more, whatever the others believe', () => {
  expect(heardLeader(led('nats-1', [300, 700], ['nats-2', 'nats-3']), 10_000, 3)).toBeUndefined();
});

it('of two that take themselves for the leader it is the one that hears of others', () => {
  const copies = [...led('nats-1', [3_000, 3_000], ['nats-1']), ...led('nats-2', [200, 3_000], ['nats-2'])];
  expect(heardLeader(copies, 10_000, 3)?.leader).toBe('nats-2');
});

it('a copy that was never heard of is none', () => {
  const never = { current: false, active: 0 };
  const copy = { on: 'nats-1', cluster: { leader: 'nats-1', replicas: [never, never] } };
  expect(heardLeader([copy], 10_000, 3)).toBeUndefined();
});

it('the time from the last word to a leader, or to the next, is not led', () => {
  const times = new LedTimes();
  times.note({ leader: 'nats-1', atMs: 900 }, 1_000);
  times.note({ leader: 'nats-1', atMs: 1_800 }, 2_000);
  // Cut off: it believes in itself for a while.
  times.note({ leader: 'nats-1', atMs: 1_800 }, 5_000);
  times.note(undefined, 7_000);
  times.note({ leader: 'nats-2', atMs: 7_900 }, 8_000);
  times.note({ leader: 'nats-2', atMs: 8_900 }, 9_000);
  expect(times.spans).toMatchObject([
    { fromMs: 1_000, toMs: 1_800 },
    { fromMs: 8_000, toMs: 8_900 },
  ]);
});

it('a leader that is the same after an outage did not lead in between', () => {
  const times = new LedTimes();
  times.note({ leader: 'nats-1', atMs: 1_000 }, 1_000);
  times.note({ leader: 'nats-1', atMs: 9_000 }, 9_100);
  expect(times.spans).toMatchObject([
    { fromMs: 1_000, toMs: 1_000 },
    { fromMs: 9_100, toMs: 9_100 },
  ]);
});

it('what two leaders are needed for can be had while there are both', () => {
  const log = [
    { fromMs: 0, toMs: 1_000 },
    { fromMs: 5_000, toMs: 9_000 },
  ];
  const cluster = [
    { fromMs: 500, toMs: 2_000 },
    { fromMs: 7_000, toMs: 9_000 },
  ];
  expect(inBoth(log, cluster)).toEqual([
    { fromMs: 500, toMs: 1_000 },
    { fromMs: 7_000, toMs: 9_000 },
  ]);
  expect(inBoth(log, [])).toEqual([]);
});
