import { expect, it } from 'vitest';
import { EpochBook, type LoggedAt } from './epoch-book.ts';
import { EpochClaims } from './epoch-claims.ts';

/** A log of so many assignments of session 1-1, each to hall-2, which counts the questions that it gets. */
function logOf(length: number) {
  const state = { asked: 0, nowMs: 0 };
  const placement = { type: 'session.assigned', sessionId: '1-1', taskId: '1', collectorId: 'hall-2' };
  const rest = { configVersion: 1, reason: 'start', refusals: 0 };
  const placed = { kind: 'placed', placement: { ...placement, ...rest } } as LoggedAt;
  const epochs = new EpochBook({
    nowMs: () => state.nowMs,
    lookUp: async (epoch) => {
      state.asked += 1;
      return epoch <= length ? placed : { kind: 'ahead' };
    },
  });
  const claims = new EpochClaims(epochs, () => state.nowMs);
  const isPlaced = (collector: string, epoch: number) =>
    claims.isPlaced({ collector, epoch, session: '1-1', task: '1' });
  return { state, isPlaced };
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

it.each([
  ['not given to it', 10_000],
  ['to come', 0],
])('a collector that names epochs %s has few of them looked up', async (_which, length) => {
  const { state, isPlaced } = logOf(length);
  for (const epoch of upTo(5_000)) expect(await isPlaced('hall-1', epoch)).toBe(false);
  const later = await Promise.all(upTo(5_000).map((epoch) => isPlaced('hall-1', 5_000 + epoch)));
  expect(new Set(later)).toEqual(new Set([false]));
  expect(state.asked).toBe(50);
  state.nowMs += 10_000;
  await Promise.all(upTo(5_000).map((epoch) => isPlaced('hall-1', 20_000 + epoch)));
  expect(state.asked).toBe(60);
});

it('a collector is heard under as many epochs as were given to it, whatever another one does', async () => {
  const { isPlaced } = logOf(10_000);
  for (const epoch of upTo(5_000)) await isPlaced('hall-1', epoch + 5_000);
  const answers = await Promise.all(upTo(5_000).map((epoch) => isPlaced('hall-2', epoch)));
  expect(new Set(answers)).toEqual(new Set([true]));
});

it('a log that cannot be read costs a collector nothing', async () => {
  let isAway = true;
  const placement = { type: 'session.assigned', sessionId: '1-1', taskId: '1', collectorId: 'hall-1' };
  const lookUp = async () => {
    if (isAway) throw new Error('away');
    return {
      kind: 'placed',
      placement: { ...placement, configVersion: 1, reason: 'start', refusals: 0 },
    } as LoggedAt;
  };
  const claims = new EpochClaims(new EpochBook({ lookUp }));
  const claim = (epoch: number) => claims.isPlaced({ collector: 'hall-1', epoch, session: '1-1', task: '1' });
  for (const epoch of upTo(100)) await expect(claim(epoch)).rejects.toThrow('away');
  isAway = false;
  expect(await claim(1)).toBe(true);
});
