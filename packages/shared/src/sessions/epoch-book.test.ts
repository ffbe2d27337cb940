import { describe, expect, it } from 'vitest';
import { EpochBook, EpochMissing, type LoggedAt } from './epoch-book.ts';

const placed: LoggedAt = {
  kind: 'placed',
  sinceMs: 0,
  placement: {
    ...{ type: 'session.assigned', sessionId: '1-1', taskId: '1', collectorId: 'c1' },
    ...{ configVersion: 1, reason: 'start', refusals: 0 },
  },
};

/** A log of 100 events whose answering node may lack some, and a clock. */
class World {
  nowMs = 0;
  questionCount = 0;
  lacking = true;
  readonly book = new EpochBook({
    nowMs: () => this.nowMs,
    lookUp: async (epoch) => {
      this.questionCount += 1;
      if (epoch > 100) return { kind: 'ahead' };
      if (this.lacking) throw new EpochMissing(`SESSIONS has events 1 to 100, and not ${epoch}`);
      return placed;
    },
  });

  /** Asks every 10 s until there is an answer. */
  async untilAnswered(epoch: number): Promise<LoggedAt> {
    for (;;) {
      try {
        return await this.book.find(epoch);
      } catch {
        this.nowMs += 10_000;
      }
    }
  }
}

describe('an epoch that is missing', () => {
  it('is found without a restart once whoever answers has it, however late that is', async () => {
    const world = new World();
    expect(await world.untilAnswered(40)).toEqual({ kind: 'lost' });
    world.nowMs += 60_000;
    expect(await world.book.find(40)).toEqual({ kind: 'lost' });
    world.lacking = false;
    world.nowMs += 60_000;
    expect(await world.book.find(40)).toEqual(placed);
    expect(world.book.cached(40)).toEqual(placed);
  });

  it('is asked for a few times a minute, however many samples come under it', async () => {
    const world = new World();
    await world.untilAnswered(40);
    const before = world.questionCount;
    for (let each = 0; each < 6_000; each += 1) {
      world.nowMs += 10;
      expect(await world.book.find(40)).toEqual({ kind: 'lost' });
    }
    expect(world.questionCount - before).toBeLessThanOrEqual(12);
  });

  it('and made up is asked for at most once a second', async () => {
    const world = new World();
    for (let each = 0; each < 6_000; each += 1) {
      world.nowMs += 10;
      expect(await world.book.find(1_000_000)).toEqual({ kind: 'ahead' });
      expect(world.book.cached(1_000_000)).toBeUndefined();
    }
    expect(world.questionCount).toBeLessThanOrEqual(60);
  });
});

describe('an answer of the log of before', () => {
  it('is not kept, and not given to those that wait for it', async () => {
    const answers: ((loggedAt: LoggedAt) => void)[] = [];
    const book = new EpochBook({
      lookUp: () => new Promise((resolve) => answers.push(resolve)),
    });
    const answer = book.find(7);
    book.forget();
    answers[0]?.(placed);
    await new Promise((resolve) => setImmediate(resolve));
    answers[1]?.({ kind: 'other' });
    expect(await answer).toEqual({ kind: 'other' });
    expect(book.cached(7)).toEqual({ kind: 'other' });
  });
});
