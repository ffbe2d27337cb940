import { setImmediate as turn } from 'node:timers/promises';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { describe, expect, it } from 'vitest';
import { type RefusalCause, SenderQueues } from './sender-queues.ts';

const mebibyte = 1024 * 1024;

/** Queues whose clock stands still unless it is moved. */
function queuesForTest(take: (text: string) => boolean = () => true) {
  let nowMs = 0;
  let wake: (() => void) | undefined;
  const handled: string[] = [];
  const refused: [string, RefusalCause][] = [];
  const queues = new SenderQueues<{ sender: string; key: string; bytes: number; text: string }>({
    take: ({ sender, text }) => {
      handled.push(`${sender} ${text}`);
      return take(text);
    },
    onRefused: (sender, cause) => refused.push([sender, cause]),
    nowMs: () => nowMs,
    timers: {
      after: (_ms, run) => {
        wake = run;
        return () => {
          wake = undefined;
        };
      },
    },
  });
  return {
    ...{ queues, handled, refused },
    put: (sender: string, key: string, text: string, bytes = 100) => queues.put({ sender, key, text, bytes }),
    /** Also takes what may be taken by then. */
    pass: async (ms: number) => {
      nowMs += ms;
      wake?.();
      await turn();
    },
    isWaiting: () => wake !== undefined,
  };
}

describe('messages of senders that are not trusted', () => {
  it('are taken in their order, and only the newest of each key', async () => {
    const { put, handled, refused } = queuesForTest();
    put('a', 'x', 'first');
    put('a', 'y', 'second');
    put('a', 'x', 'third');
    await eventually(() => handled.length > 1, { what: 'them to be taken' });
    expect(handled).toEqual(['a second', 'a third']);
    expect(refused).toEqual([]);
  });

  it('take turns by their senders: a long queue of one delays no other', async () => {
    const { put, handled } = queuesForTest();
    for (let nth = 0; nth < 1_000; nth += 1) put('a', `${nth}`, `${nth}`);
    put('b', 'x', 'only');
    await eventually(() => handled.length === 1_001, { what: 'all to be taken' });
    expect(handled.indexOf('b only')).toBeLessThan(3);
  });

  it('leave other work its turn, however long they take to decode', async () => {
    const { put, handled } = queuesForTest(() => {
      const endMs = performance.now() + 3;
      while (performance.now() < endMs);
      return true;
    });
    for (let nth = 0; nth < 20; nth += 1) put('a', `${nth}`, `${nth}`);
    const inEachTurn: number[] = [];
    while (handled.length < 20) {
      const before = handled.length;
      await turn();
      inEachTurn.push(handled.length - before);
    }
    expect(Math.max(...inEachTurn)).toBeLessThanOrEqual(2);
  });

  it('wait once their sender has used up its budget, and others do not', async () => {
    const { put, handled, refused, pass, isWaiting } = queuesForTest();
    for (let nth = 0; nth < 60; nth += 1) {
      put('a', `${nth}`, `${nth}`, mebibyte / 2);
      await turn();
    }
    await eventually(isWaiting, { what: 'the budget to be used up' });
    const atOnce = handled.length;
    expect(atOnce).toBeLessThan(40);
    put('b', 'x', 'only');
    await eventually(() => handled.at(-1) === 'b only', { what: 'the other one to be taken' });
    expect(refused).toEqual([]);
    // The message that is overwritten meanwhile is never decoded.
    put('a', '59', 'newer', mebibyte / 2);
    expect(refused).toEqual([['a', 'over_budget']]);
    await pass(1_000);
    await eventually(() => handled.length > atOnce + 10, { what: 'more to be taken' });
    expect(handled.length).toBeLessThan(atOnce + 20);
    await pass(60_000);
    await pass(60_000);
    await eventually(() => handled.at(-1) === 'a newer', { what: 'the rest to be taken' });
  });

  it('that cannot be read cost their sender more, and are counted', async () => {
    const { put, handled, refused, isWaiting } = queuesForTest(() => false);
    for (let nth = 0; nth < 64; nth += 1) put('a', `${nth}`, `${nth}`, 100_000);
    await eventually(isWaiting, { what: 'the budget to be used up' });
    expect(handled.length).toBeLessThan(16);
    expect(refused).toEqual(handled.map(() => ['a', 'unreadable']));
  });

  it('are dropped, the oldest first, when more wait than anyone needs', async () => {
    const { put, handled, refused } = queuesForTest();
    for (let nth = 0; nth < 100; nth += 1) put('a', `${nth}`, `${nth}`, mebibyte);
    expect(refused.length).toBeGreaterThan(80);
    await eventually(() => handled.length > 10, { what: 'the newest to be taken' });
    expect(handled).not.toContain('a 0');
  });

  it('are taken no more after the end', async () => {
    const { queues, put, handled } = queuesForTest();
    put('a', 'x', 'late');
    queues.stop();
    put('a', 'y', 'later');
    await turn();
    expect(handled).toEqual([]);
  });
});
