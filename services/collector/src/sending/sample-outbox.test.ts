import { type Sample, sampleMessageId } from '@holdfast/shared/contracts/sample/sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleOutbox } from './sample-outbox.ts';
import { MemorySpool } from './testing/memory-spool.ts';
import { sampleToSend as sample } from './testing/sample-to-send.ts';

class World {
  readonly time = new FakeTime();
  /** Ticks in the order in which the broker has stored them, repeats included. */
  readonly storedTicks: number[] = [];
  /** Ticks that notices have declared lost. */
  readonly declaredLost: number[] = [];
  /** The tick of every attempt to send. */
  readonly sent: number[] = [];
  up = true;
  /** How often the outbox has asked whether the broker is there. */
  questionCount = 0;
  answer: (tick: number) => Promise<void> = async () => undefined;
  /** Whether the broker takes the sample without confirming it. */
  takesUnconfirmed: (tick: number) => boolean = () => false;
  /** Message ids; the broker takes each once. */
  readonly #ids = new Set<string>();
  readonly outbox: SampleOutbox;

  constructor(limits: { maxWaiting: number; maxInFlight?: number; later?: (run: () => void) => void }) {
    this.outbox = new SampleOutbox({
      ...limits,
      send: async (sample) => {
        const { tick, through_tick, miss } = sample;
        const take = (into: number[]) => {
          const id = sampleMessageId(sample);
          if (this.#ids.has(id)) return;
          this.#ids.add(id);
          for (let next = tick; next <= (through_tick ?? tick); next += 1) into.push(next);
        };
        if (miss?.cause === 'buffer_full') return take(this.declaredLost);
        this.sent.push(tick);
        if (this.takesUnconfirmed(tick)) take(this.storedTicks);
        await this.answer(tick);
        take(this.storedTicks);
      },
      wasStored: async (sample) => this.#ids.has(sampleMessageId(sample)),
      clock: { wallMs: () => this.time.nowMs(), monotonicMs: () => this.time.nowMs() },
      isBrokerUp: () => {
        this.questionCount += 1;
        // Throw here: without a timer in between, nothing else would ever run again.
        if (this.questionCount > 1_000) throw new Error('the outbox asks without end');
        return this.up;
      },
      timers: new FakeProcess(this.time).timers,
      log: createLogger('test', 'silent'),
    });
  }

  push(from: number, to: number): void {
    for (let tick = from; tick <= to; tick += 1) this.outbox.push(sample(tick));
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('samples on their way to the broker', () => {
  it('that came together go out together, once the time for it has come', () => {
    const planned: (() => void)[] = [];
    const world = new World({ maxWaiting: 100, later: (run) => planned.push(run) });
    world.push(1, 3);
    expect(world.sent).toEqual([]);
    expect(planned).toHaveLength(1);
    planned[0]?.();
    expect(world.sent).toEqual([1, 2, 3]);
  });

  it('are sent in order and no more at a time than allowed', async () => {
    const world = new World({ maxWaiting: 100, maxInFlight: 4 });
    let inFlight = 0;
    let most = 0;
    world.answer = () =>
      new Promise((resolve) => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        world.time.after(10, () => {
          inFlight -= 1;
          resolve();
        });
      });
    world.push(1, 40);
    expect(world.outbox.waiting()).toBe(40);
    await world.time.advance(1_000);
    expect(world.storedTicks).toEqual(range(1, 40));
    expect(most).toBe(4);
    expect(world.outbox.waiting()).toBe(0);
  });

  it('wait while the broker is unavailable and go out in order when it is back, without waiting for a timer', async () => {
    const world = new World({ maxWaiting: 100 });
    world.up = false;
    world.push(1, 20);
    await world.time.advance(10_000);
    expect(world.sent).toEqual([]);
    world.up = true;
    world.outbox.resume();
    await world.time.advance(0);
    expect(world.storedTicks).toEqual(range(1, 20));
  });

  it('go out by themselves without a notice that the broker is back', async () => {
    const world = new World({ maxWaiting: 100 });
    world.up = false;
    world.push(1, 3);
    world.up = true;
    await world.time.advance(1_000);
    expect(world.storedTicks).toEqual([1, 2, 3]);
  });

  it('that were sent in vain go before those that came later', async () => {
    const world = new World({ maxWaiting: 100, maxInFlight: 10 });
    world.answer = async () => {
      throw new Error('no answer in time');
    };
    world.push(1, 10);
    await world.time.advance(0);
    world.up = false;
    world.push(11, 20);
    await world.time.advance(500);
    world.answer = async () => undefined;
    world.up = true;
    world.outbox.resume();
    await world.time.advance(0);
    expect(world.storedTicks).toEqual(range(1, 20));
  });

  it('beyond the bound the oldest are dropped and counted, also those that were sent in vain', async () => {
    const world = new World({ maxWaiting: 10, maxInFlight: 3 });
    world.answer = async () => {
      throw new Error('no answer in time');
    };
    world.push(1, 3);
    await world.time.advance(0);
    world.up = false;
    world.push(4, 25);
    expect(world.outbox.waiting()).toBe(10);
    expect(world.outbox.dropped()).toBe(15);
    world.answer = async () => undefined;
    world.up = true;
    world.outbox.resume();
    await world.time.advance(1_000);
    expect(world.storedTicks).toEqual(range(16, 25));
    expect(world.declaredLost).toEqual(range(1, 15));
  });

  it('that were stored unconfirmed are not declared lost when they are dropped', async () => {
    const world = new World({ maxWaiting: 10, maxInFlight: 4 });
    world.answer = async () => {
      throw new Error('the connection was lost');
    };
    world.takesUnconfirmed = (tick) => tick <= 2;
    world.push(1, 4);
    await world.time.advance(0);
    world.up = false;
    world.push(5, 30);
    expect(world.outbox.dropped()).toBe(20);
    world.answer = async () => undefined;
    world.up = true;
    world.outbox.resume();
    await world.time.advance(1_000);
    expect(world.storedTicks).toEqual([1, 2, ...range(21, 30)]);
    expect(world.declaredLost.sort((a, b) => a - b)).toEqual(range(3, 20));
    expect(world.outbox.health()).toMatchObject({ waitingInMemory: 0, unsentNotices: 0 });
  });

  it('in flight are never those that are dropped, however small the bound', async () => {
    const world = new World({ maxWaiting: 4, maxInFlight: 256 });
    world.answer = () => new Promise((resolve) => world.time.after(1_000, resolve));
    world.push(1, 10);
    await world.time.advance(10_000);
    expect(world.storedTicks).toEqual([1, 2, 9, 10]);
    expect(world.outbox.dropped()).toBe(6);
  });
});

describe('a sample that the broker will never take', () => {
  class Refused extends Error {}
  const large = (tick: number): Sample => ({ ...sample(tick), values: { text: 'x'.repeat(100) } });
  const outboxFor = (samples: Sample[], isTaken: (sample: Sample) => boolean) =>
    new SampleOutbox({
      send: async (next) => {
        if (!isTaken(next)) throw new Refused();
        samples.push(next);
      },
      tooLarge: (error) =>
        error instanceof Refused
          ? { bytes: 2_000, limitBytes: 1_000, bound: 'max_payload of NATS' }
          : undefined,
      isBrokerUp: () => true,
      maxWaiting: 100,
      timers: new FakeProcess(new FakeTime()).timers,
      log: createLogger('test', 'silent'),
    });

  it('becomes a miss that says what to do, is counted, and holds up no other', async () => {
    const samples: Sample[] = [];
    const outbox = outboxFor(samples, (next) => next.values?.text === undefined);
    for (const next of [sample(1), large(2), sample(3), large(4)]) outbox.push(next);
    expect(await outbox.flush(1_000)).toBe(0);
    expect(samples.map(({ tick }) => tick).sort()).toEqual([1, 2, 3, 4]);
    const [miss] = samples.filter(({ tick }) => tick === 2);
    expect(miss?.values).toBeUndefined();
    expect(inEnglish(miss?.miss)).toEqual({
      cause: 'too_large',
      detail:
        'a sample of device press-1 has 2000 bytes and may have 1000 at most: raise max_payload of NATS, or spread its points over several tasks',
    });
    expect(outbox.health()).toMatchObject({ tooLarge: 2, dropped: 0, waitingInMemory: 0 });
  });

  it('is given up when not even its miss is taken', async () => {
    const samples: Sample[] = [];
    const outbox = outboxFor(samples, ({ tick }) => tick !== 1);
    outbox.push(large(1));
    outbox.push(sample(2));
    expect(await outbox.flush(1_000)).toBe(0);
    expect(samples.map(({ tick }) => tick)).toEqual([2]);
  });
});

describe('a flush', () => {
  it('has nothing to wait for when everything is confirmed', async () => {
    const world = new World({ maxWaiting: 10 });
    expect(await world.outbox.flush(5_000)).toBe(0);
  });

  it('ends as soon as the last sample is confirmed', async () => {
    const world = new World({ maxWaiting: 10 });
    world.answer = () => new Promise((resolve) => world.time.after(30, resolve));
    world.push(1, 5);
    expect(await world.time.until(world.outbox.flush(5_000))).toBe(0);
    expect(world.time.nowMs()).toBe(30);
  });

  it('says how many are left when its time is up', async () => {
    const world = new World({ maxWaiting: 10 });
    world.up = false;
    world.push(1, 5);
    expect(await world.time.until(world.outbox.flush(2_000))).toBe(5);
    expect(world.time.nowMs()).toBe(2_000);
    world.up = true;
    expect(await world.time.until(world.outbox.flush(2_000))).toBe(0);
  });
});

describe('whatever the broker does', () => {
  it('every sample is stored or counted as dropped, and the newest are never lost', async () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ up: fc.boolean() }),
      fc.record({ fails: fc.boolean() }),
      fc.record({ pass: fc.integer({ min: 1, max: 600 }) }),
      fc.constant({ resume: true }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const world = new World({ maxWaiting: 20, maxInFlight: 5 });
        let fails = false;
        world.takesUnconfirmed = (tick) => tick % 3 === 0;
        world.answer = (tick) =>
          new Promise((resolve, reject) => {
            const settle = fails ? () => reject(new Error('no answer in time')) : resolve;
            world.time.after((tick * 7) % 40, settle);
          });
        let pushed = 0;
        for (const next of steps) {
          if ('push' in next) {
            world.push(pushed + 1, pushed + next.push);
            pushed += next.push;
          } else if ('up' in next) world.up = next.up;
          else if ('fails' in next) fails = next.fails;
          else if ('pass' in next) await world.time.advance(next.pass);
          else world.outbox.resume();
          expect(world.outbox.waiting()).toBeLessThanOrEqual(20);
        }
        fails = false;
        world.up = true;
        expect(await world.time.until(world.outbox.flush(60_000))).toBe(0);
        const storedTicks = new Set(world.storedTicks);
        const lost = new Set(world.declaredLost);
        // A sample that was dropped after being sent in vain may have been stored all the same.
        expect(lost.size).toBeLessThanOrEqual(world.outbox.dropped());
        expect(new Set([...storedTicks, ...lost])).toEqual(new Set(range(1, pushed)));
        expect(world.storedTicks.length + world.declaredLost.length).toBe(pushed);
        for (const tick of range(Math.max(1, pushed - 14), pushed)) expect(storedTicks.has(tick)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

it('samples that come back from a write that failed slowly are counted when they are lost after newer ones', async () => {
  const world = new World({ maxWaiting: 10 });
  const spool = new MemorySpool();
  const { promise, resolve } = Promise.withResolvers<void>();
  spool.answer = promise;
  spool.isBroken = true;
  world.outbox.useSpool(spool);
  world.up = false;
  world.push(1, 6);
  await world.time.advance(10);
  expect(spool.writes).toBe(1);
  // The six are being written, and memory is full without them: the oldest of the others are lost.
  world.push(7, 18);
  resolve();
  await world.time.advance(10);
  world.push(19, 40);
  world.up = true;
  world.outbox.resume();
  await world.time.advance(2_000);
  const accounted = [...world.storedTicks, ...world.declaredLost].sort((a, b) => a - b);
  expect(accounted).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
});

describe('whoever waits for a sample to be safe', () => {
  const settledBy = (world: World, ticks: readonly number[]) => {
    const settled: (number | boolean)[][] = [];
    for (const tick of ticks) world.outbox.push(sample(tick), (isSafe) => settled.push([tick, isSafe]));
    return settled;
  };

  it('resolves when the broker has it', async () => {
    const world = new World({ maxWaiting: 100 });
    const settled = settledBy(world, [1, 2]);
    expect(settled).toEqual([]);
    await world.time.advance(10);
    expect(settled).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('rejects when it was lost', async () => {
    const world = new World({ maxWaiting: 2 });
    world.up = false;
    const settled = settledBy(world, [1, 2, 3]);
    await world.time.advance(10);
    expect(settled).toEqual([[1, false]]);
  });

  it('resolves once the disk has it, while the broker is unavailable', async () => {
    const world = new World({ maxWaiting: 100 });
    world.outbox.useSpool(new MemorySpool());
    world.up = false;
    const settled = settledBy(world, [1, 2]);
    await world.time.advance(300);
    expect(settled).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('does not block anything else while an answer of an unavailable broker is awaited', async () => {
    const world = new World({ maxWaiting: 100 });
    const { promise, reject } = Promise.withResolvers<void>();
    world.answer = () => promise;
    world.outbox.useSpool(new MemorySpool());
    const sent = settledBy(world, [1]);
    world.up = false;
    const unsent = settledBy(world, [2]);
    await world.time.advance(500);
    expect(world.sent).toEqual([1]);
    reject(new Error('the connection is gone'));
    await world.time.advance(500);
    expect([...sent, ...unsent]).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  it('resolves once the disk takes it again, which is asked for no more than every 250 ms', async () => {
    const world = new World({ maxWaiting: 100 });
    const spool = new MemorySpool();
    spool.isBroken = true;
    world.outbox.useSpool(spool);
    world.up = false;
    const settled = settledBy(world, [1]);
    await world.time.advance(1_000);
    expect(settled).toEqual([]);
    expect(spool.writes).toBeLessThanOrEqual(6);
    spool.isBroken = false;
    await world.time.advance(300);
    expect(settled).toEqual([[1, true]]);
  });
});
