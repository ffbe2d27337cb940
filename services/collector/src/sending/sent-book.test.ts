import type { SentRecord } from '@holdfast/shared/contracts/sent-record.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SentBook, type SentSample } from './sent-book.ts';

class World {
  readonly time = new FakeTime();
  /** The newest record of each sender, as SENT keeps it. */
  readonly recordsByKey = new Map<string, SentRecord>();
  published = 0;
  /** The last record that was handed over. */
  publishing: SentRecord | undefined;
  #underWay = 0;
  mostAtOnce = 0;
  up = true;
  takes: () => boolean = () => true;
  answersAfterMs = 0;
  readonly book = new SentBook({
    publish: async (_task, sender, record) => {
      this.published += 1;
      this.publishing = record;
      const { answersAfterMs } = this;
      this.#underWay += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
      if (answersAfterMs > 0) await new Promise<void>((done) => this.time.after(answersAfterMs, done));
      this.#underWay -= 1;
      if (!this.takes()) throw new Error('no answer');
      this.recordsByKey.set(sender, structuredClone(record));
    },
    instance: 'one',
    isBrokerUp: () => this.up,
    clock: { wallMs: () => this.time.nowMs(), monotonicMs: () => this.time.nowMs() },
    timers: new FakeProcess(this.time).timers,
    log: createLogger('test', 'silent'),
  });

  note(since: number, from: number, to = from, about: Partial<SentSample> = {}): void {
    for (let tick = from; tick <= to; tick += 1) this.book.note(sent(since, tick, about));
  }

  /** Each record as `<session>/<epoch> <device> <since>-<tick>`; ended ones with a full stop. */
  logMessages(): string[] {
    return [...this.recordsByKey.values()].flatMap(({ session, epoch, ended, devices }) =>
      devices.map(
        ({ device, since_tick, tick }) =>
          `${session}/${epoch} ${device} ${since_tick}-${tick}${ended ? '.' : ''}`,
      ),
    );
  }
}

function sent(since_tick: number, tick: number, about: Partial<SentSample> = {}): SentSample {
  const common = { session: '7-1', epoch: 20, collector: 'A', task: '7', device: 'press', period_ms: 1_000 };
  return { ...common, tick, since_tick, ...about };
}

describe('up to where samples were sent', () => {
  it('is said of each length of the ticks by itself, where a change has given a device another one', async () => {
    const world = new World();
    world.note(100, 100, 104);
    // With a tenth of the period, these tick numbers are far in the past.
    world.note(100, 100, 150, { period_ms: 100 });
    await world.book.close();
    const sentDevices = [...world.recordsByKey.values()].flatMap(({ devices }) => devices);
    expect(sentDevices).toEqual([
      { device: 'press', period_ms: 1_000, since_tick: 100, tick: 104 },
      { device: 'press', period_ms: 100, since_tick: 100, tick: 150 },
    ]);
  });

  it('is said every few seconds, and once more when the reading ends', async () => {
    const world = new World();
    world.book.start();
    world.note(10, 10, 14);
    world.note(11, 11, 13, { device: 'oven' });
    expect(world.published).toBe(0);
    await world.time.advance(10_000);
    expect(world.logMessages()).toEqual(['7-1/20 press 10-14', '7-1/20 oven 11-13']);
    world.note(10, 15, 18);
    world.book.ended('7-1', 20);
    await world.time.advance(0);
    expect(world.logMessages()).toEqual(['7-1/20 press 10-18.', '7-1/20 oven 11-13.']);
    const { published } = world;
    await world.time.advance(3_600_000);
    expect(world.published).toBe(published);
    await world.book.close();
  });

  it('is said again while nothing changes, so that the process is not taken for dead, and given up after long', async () => {
    const world = new World();
    world.book.start();
    world.note(10, 10);
    await world.time.advance(120_000);
    expect(world.published).toBeGreaterThanOrEqual(4);
    expect(world.logMessages()).toEqual(['7-1/20 press 10-10']);
    await world.time.advance(15 * 60_000);
    expect(world.logMessages()).toEqual(['7-1/20 press 10-10.']);
    world.note(10, 11);
    await world.time.advance(10_000);
    expect(world.logMessages()).toEqual(['7-1/20 press 10-10.', '7-1/20 press 10-11']);
    await world.book.close();
  });

  it('leaves out what lies between two processes', async () => {
    const world = new World();
    world.note(10, 10, 14);
    // Records that the former process had on disk.
    world.note(30, 30, 33);
    world.note(31, 31, 33, { epoch: 25 });
    await world.book.close();
    expect(world.logMessages().sort()).toEqual([
      '7-1/20 press 10-14.',
      '7-1/20 press 30-33.',
      '7-1/25 press 31-33.',
    ]);
  });

  it('reaches to the end of a range that was given up, and is nothing where a sample does not tell', async () => {
    const world = new World();
    world.note(10, 10, 12);
    world.book.note(sent(10, 13, { through_tick: 40 }));
    world.book.note({ ...sent(0, 50), since_tick: undefined });
    await world.book.close();
    expect(world.logMessages()).toEqual(['7-1/20 press 10-40.']);
  });

  it('is said of others before anything is sent in their place', async () => {
    const world = new World();
    world.answersAfterMs = 500;
    const recording = world.book.recordFormer(
      [sent(10, 40, { collector: 'B', epoch: 12 }), sent(12, 41, { device: 'oven' })],
      21,
    );
    await world.time.until(recording);
    expect(world.logMessages()).toEqual(['7-1/12 press 10-40.', '7-1/20 oven 12-41.']);
  });

  it('is said later when the broker does not take it, and then nothing waits for it', async () => {
    const world = new World();
    world.takes = () => false;
    world.book.start();
    await world.time.until(world.book.recordFormer([sent(10, 40)], 21));
    world.book.ended('7-1', 20);
    await world.time.advance(60_000);
    expect(world.logMessages()).toEqual([]);
    world.answersAfterMs = 500;
    let isWaitedFor = true;
    void world.book.recordFormer([sent(10, 40)], 21).then(() => {
      isWaitedFor = false;
    });
    await world.time.advance(0);
    expect(isWaitedFor).toBe(false);
    world.takes = () => true;
    await world.time.advance(12_000);
    expect(new Set(world.logMessages())).toEqual(new Set(['7-1/20 press 10-40.']));
    world.up = false;
    world.note(50, 50);
    const { published } = world;
    await world.time.advance(60_000);
    expect(world.published).toBe(published);
    await world.book.close();
  });

  it('is asked of a broker that takes nothing once in ten seconds, however many have ended', async () => {
    const world = new World();
    world.takes = () => false;
    world.book.start();
    for (let session = 1; session <= 100; session += 1) {
      world.note(10, 10, 12, { session: `${session}-1` });
      world.book.ended(`${session}-1`, 20);
      world.note(20, 20, 22, { session: `${session}-2`, epoch: 21 });
    }
    await world.time.advance(0);
    const atFirst = world.published;
    expect(atFirst).toBeLessThanOrEqual(8);
    await world.time.advance(60_000);
    expect(world.published - atFirst).toBeLessThanOrEqual(6);
    world.takes = () => true;
    await world.time.advance(15_000);
    expect(new Set(world.logMessages()).size).toBe(200);
    await world.book.close();
  });

  it('keeps no other from its turn when it alone is never taken', async () => {
    const world = new World();
    world.takes = () => !world.publishing?.session.startsWith('7');
    world.book.start();
    world.note(10, 10, 12);
    world.note(10, 10, 12, { session: '8-1' });
    await world.time.advance(25_000);
    expect(world.logMessages()).toEqual(['8-1/20 press 10-12']);
    world.book.ended('7-1', 20);
    world.note(10, 13, 13, { session: '8-1' });
    await world.time.advance(25_000);
    expect(world.logMessages()).toEqual(['8-1/20 press 10-13']);
    await world.book.close();
  });

  it('of thousands that end together is published a few at a time, and forgotten beyond bounds while nothing is taken', async () => {
    const world = new World();
    world.answersAfterMs = 1;
    for (let session = 1; session <= 500; session += 1) {
      world.note(10, 10, 12, { session: `${session}-1` });
      world.book.ended(`${session}-1`, 20);
    }
    await world.time.advance(1_000);
    expect(world.logMessages().length).toBe(500);
    expect(world.mostAtOnce).toBeLessThanOrEqual(8);
    world.up = false;
    for (let session = 1; session <= 30; session += 1) {
      for (let device = 0; device < 2_000; device += 1) {
        world.note(20, 20, 22, { device: `d${device}`, session: `${session}-2` });
      }
      world.book.ended(`${session}-2`, 20);
    }
    world.up = true;
    await world.time.until(world.book.close());
    const sessions = new Set([...world.recordsByKey.values()].map(({ session }) => session));
    expect(sessions.has('30-2')).toBe(true);
    expect(sessions.has('5-2')).toBe(false);
    expect([...sessions].filter((session) => session.endsWith('-2')).length).toBe(25);
  });

  it('fits into messages however many devices there are', async () => {
    const world = new World();
    for (let device = 0; device < 2_500; device += 1) world.note(10, 10, 11, { device: `d${device}` });
    await world.book.close();
    expect([...world.recordsByKey.values()].map(({ devices }) => devices.length)).toEqual([
      1_000, 1_000, 500,
    ]);
    expect(new Set(world.logMessages()).size).toBe(2_500);
  });

  it('is what was sent and nothing else, whatever comes when and is taken or not', async () => {
    const step = fc.record({
      device: fc.constantFrom('a', 'b', 'c'),
      epoch: fc.constantFrom(20, 25),
      ticks: fc.integer({ min: 1, max: 5 }),
      /** The process restarts after so many ticks that are not read. */
      pause: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      next: fc.constantFrom('go on', 'wait', 'end', 'fail', 'work'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const world = new World();
        world.book.start();
        const ways = new Map<string, { since: number; next: number }>();
        const wasSent = new Set<string>();
        for (const { device, epoch, ticks, pause, next } of steps) {
          const way = ways.get(`${device}/${epoch}`) ?? { since: epoch * 1_000, next: epoch * 1_000 };
          ways.set(`${device}/${epoch}`, way);
          if (pause !== undefined) {
            way.next += pause;
            way.since = way.next;
          }
          for (let count = 0; count < ticks; count += 1, way.next += 1) {
            wasSent.add(`${device} ${way.next}`);
            world.note(way.since, way.next, way.next, { device, epoch });
          }
          if (next === 'wait') await world.time.advance(12_000);
          if (next === 'end') world.book.ended('7-1', epoch);
          if (next === 'fail') world.takes = () => false;
          if (next === 'work') world.takes = () => true;
        }
        world.takes = () => true;
        await world.time.advance(0);
        await world.time.until(world.book.close());
        const subjects = new Set<string>();
        for (const { devices } of world.recordsByKey.values()) {
          for (const { device, since_tick, tick } of devices) {
            for (let at = since_tick; at <= tick; at += 1) subjects.add(`${device} ${at}`);
          }
        }
        expect([...subjects].sort()).toEqual([...wasSent].sort());
      }),
      { numRuns: 300 },
    );
  });
});
