import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LiveSamples } from '../ports.ts';
import { sharedLiveSamples } from './shared-live-samples.ts';

/** A stream that grows, and counts its consumers. */
function growing(count: number) {
  const state = { last: count, open: 0, opened: 0, away: false };
  let news = Promise.withResolvers<void>();
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const samples: LiveSamples = {
    bounds: async () => ({ firstSequence: 1, lastSequence: state.last }),
    open: async ({ after }) => {
      state.open += 1;
      state.opened += 1;
      let isStopped = false;
      const stop = () => {
        if (!isStopped) state.open -= 1;
        isStopped = true;
        tell();
      };
      return {
        pendingAtStart: state.last - after,
        stop,
        async *[Symbol.asyncIterator]() {
          for (let sequence = after + 1; !isStopped && !state.away; ) {
            if (sequence > state.last) await news.promise;
            else {
              yield { sequence, pending: state.last - sequence, data: `sample ${sequence}` };
              sequence += 1;
            }
          }
        },
      };
    },
  };
  return {
    state,
    samples: sharedLiveSamples(samples),
    grow: (by: number) => {
      state.last += by;
      tell();
    },
    lose: () => {
      state.away = true;
      tell();
    },
  };
}

async function client(samples: LiveSamples, after: number) {
  const feed = await samples.open({ after, taskId: undefined });
  const sequences: number[] = [];
  let isOver = false;
  const reading = (async () => {
    for await (const { sequence, data } of feed) {
      expect(data).toBe(`sample ${sequence}`);
      sequences.push(sequence);
    }
    isOver = true;
  })();
  return { feed, sequences, reading, isOver: () => isOver };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('clients of live samples', () => {
  it('that want the same share a consumer, and miss nothing by it', async () => {
    const { state, samples, grow } = growing(10);
    const clients = await Promise.all(upTo(1, 30).map(() => client(samples, 10)));
    grow(5);
    await expect.poll(() => clients.every(({ sequences }) => sequences.length === 5)).toBe(true);
    expect(state).toMatchObject({ open: 1, opened: 1 });
    const late = await client(samples, 12);
    grow(2);
    await expect.poll(() => late.sequences).toEqual(upTo(13, 17));
    expect(clients[0]?.sequences).toEqual(upTo(11, 17));
    expect(state.opened).toBe(1);
    for (const { feed } of [...clients, late]) feed.stop();
    await Promise.all([...clients, late].map(({ reading }) => reading));
    expect(state.open).toBe(0);
  });

  it('that come back from far behind read alone until they have caught up', async () => {
    const { state, samples, grow } = growing(20_000);
    const [fresh, back] = [await client(samples, 20_000), await client(samples, 100)];
    expect(back.feed.pendingAtStart).toBe(19_900);
    await expect.poll(() => back.sequences.at(-1)).toBe(20_000);
    grow(3);
    await expect.poll(() => [fresh.sequences.length, back.sequences.length]).toEqual([3, 19_903]);
    expect(back.sequences).toEqual(upTo(101, 20_003));
    expect(state.open).toBe(1);
    for (const { feed } of [fresh, back]) feed.stop();
  });

  it('that do not keep up read on alone from where they are', async () => {
    const { samples, grow } = growing(0);
    const quick = await client(samples, 0);
    const slow = await samples.open({ after: 0, taskId: undefined });
    const reader = slow[Symbol.asyncIterator]();
    grow(12_000);
    await expect.poll(() => quick.sequences.length).toBe(12_000);
    const sequences: number[] = [];
    while (sequences.length < 12_000) sequences.push((await reader.next()).value?.sequence ?? 0);
    expect(sequences).toEqual(upTo(1, 12_000));
    slow.stop();
    quick.feed.stop();
  });

  it('are let go when the broker is lost, and begin again with it', async () => {
    const { state, samples, lose, grow } = growing(5);
    const lost = await client(samples, 5);
    lose();
    await lost.reading;
    state.away = false;
    const next = await client(samples, 5);
    await turn();
    grow(1);
    await expect.poll(() => next.sequences).toEqual([6]);
    next.feed.stop();
    await next.reading;
    expect(state.open).toBe(0);
  });
});
