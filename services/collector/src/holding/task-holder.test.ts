import { deviceOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { describe, expect, it } from 'vitest';
import { HolderWorld, session, stateHeldBy } from './testing/holder-world.ts';

/** The newest sample of the device is one of collector B, under an earlier epoch of the same session. */
function readByB(world: HolderWorld): void {
  const about = { v: 1, session: '7-1', epoch: 12, collector: 'B', task: '7', device_id: '1' } as const;
  const names = { device: 'press', site: 'north', measurement: 'press' };
  const times = { tick: 41, since_tick: 10, period_ms: 1_000, time: 41_000, read_at: 41_001 };
  const device = world.config.ok ? world.config.config.devices[0] : undefined;
  world.lastTicks = {
    [device?.id ?? '']: {
      ...{ session: '7-1', epoch: 12, tick: 41, period_ms: 1_000 },
      stored: { ...about, ...names, ...times },
    },
  };
}

describe('an assignment that the log shows before its message comes', () => {
  it('is prepared meanwhile over a slow link, and polled once the log was read after the message', async () => {
    const world = new HolderWorld();
    world.loadMs = 1_000;
    world.lastTicks = { d1: { session: '7-0', epoch: 3, tick: 5, period_ms: 1_000, values: {} } };
    world.prepare(20);
    await world.time.advance(3_000);
    expect([world.questions, world.epochsPolled]).toEqual([['d1'], []]);
    world.ring(20);
    // One answer: what the log says of the task. Without preparation four in a row are awaited.
    await world.time.advance(2_000);
    expect(world.holder.isRunning()).toBe(true);
    expect([world.questions, world.askedUnder]).toEqual([['d1'], [20]]);
  });

  it('is not prepared for with what this process itself goes on reading', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    world.prepare(30);
    await world.time.advance(1_500);
    expect(world.askedUnder).toEqual([20]);
    world.truth = stateHeldBy('A', 30);
    world.ring(30);
    await world.time.advance(1_500);
    expect(world.askedUnder).toEqual([20, 30]);
    expect(world.epochsPolled.at(-1)).toBe(30);
  });

  it('leaves nothing behind when no message comes', async () => {
    const world = new HolderWorld();
    world.prepare(20);
    expect(world.holder.isIdle()).toBe(false);
    await world.time.advance(20_000);
    expect([world.holder.isIdle(), world.epochsPolled]).toEqual([true, []]);
  });
});

describe('an assignment', () => {
  it('is polled when the log bears it out, and keeps its message', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(3_500);
    expect(world.holder.isRunning()).toBe(true);
    expect(world.askedUnder).toEqual([20]);
    expect(world.epochsPolled).toEqual([20, 20, 20, 20]);
    expect(world.answered).toEqual([]);
  });

  it('that is rung again is not begun again', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    world.ring(20);
    await world.time.advance(1_000);
    expect(world.bus.requests).toHaveLength(3);
    expect(world.bus.disconnects).toBe(0);
  });

  it('is polled also while writes of the live state get no answer', async () => {
    const world = new HolderWorld();
    world.isStatusLost = true;
    world.ring(20);
    await world.time.advance(1_000);
    world.truth = stateHeldBy('A', 30);
    world.ring(30);
    await world.time.advance(10_000);
    expect(world.epochsPolled.at(-1)).toBe(30);
  });

  it('begins with what is known of its devices: which of them answered when they were read last', async () => {
    const world = new HolderWorld();
    const ids = ['whole', 'in part', 'too large', 'left out', 'silent', 'gone', 'new'];
    const devices = ids.map((id) => deviceOf({ id, code: id }));
    if (world.config.ok) world.config = { ok: true, config: { ...world.config.config, devices } };
    const before = { session: '7-0', epoch: 3, tick: 5, period_ms: 1_000 };
    const miss = { cause: 'timeout' as const, detail: '' };
    world.lastTicks = {
      whole: { ...before, values: { a: 1 } },
      'in part': { ...before, values: {}, miss: { cause: 'exception', detail: '' } },
      'too large': { ...before, miss: { ...miss, cause: 'too_large' } },
      'left out': { ...before, miss: { ...miss, cause: 'overrun' } },
      silent: { ...before, miss },
      gone: { ...before, miss: { ...miss, cause: 'connection' } },
    };
    world.ring(20);
    await world.time.advance(100);
    expect(world.answering).toEqual(new Set(['whole', 'in part', 'too large', 'left out']));
  });

  it('is polled only when what former holders have sent is on record, and says when it is over', async () => {
    const world = new HolderWorld();
    readByB(world);
    let polledThen: readonly number[] | undefined;
    world.onFound = () => {
      polledThen = [...world.epochsPolled];
    };
    world.ring(20);
    await world.time.advance(60_000);
    expect(world.foundTicks).toEqual([41]);
    expect(polledThen).toEqual([]);
    expect(world.epochsPolled.length).toBeGreaterThan(0);
    expect(world.ended).toEqual([]);
    await world.time.until(world.holder.close());
    expect(world.ended).toEqual([20]);
  });

  it.each([
    ['has to begin again', false],
    ['comes before the log shows it', true],
  ])('that %s records what a former holder has sent only once', async (_, isShownLater) => {
    const world = new HolderWorld();
    world.loadMs = 50;
    readByB(world);
    world.ring(20);
    await world.time.advance(160);
    expect(world.askedUnder).toEqual([20]);
    if (isShownLater) world.prepare(20);
    world.holder.recheck();
    await world.time.advance(60_000);
    expect(world.foundTicks).toEqual([41]);
    expect(world.askedUnder).toEqual([20, 20]);
    expect(world.epochsPolled.length).toBeGreaterThan(0);
  });

  it('that is begun while what was prepared waits for its turn records what a former holder has sent only once', async () => {
    const world = new HolderWorld();
    readByB(world);
    world.turns = [];
    const nextTurn = async () => {
      world.turns?.pop()?.();
      await world.time.advance(100);
    };
    world.prepare(20);
    await nextTurn();
    await nextTurn();
    expect([world.questions.length, world.turns.length]).toEqual([1, 1]);
    world.ring(20);
    await world.time.advance(100);
    for (let turn = 0; turn < 5 && !world.holder.isRunning(); turn += 1) await nextTurn();
    expect([world.holder.isRunning(), world.foundTicks, world.turns.length]).toEqual([true, [41], 1]);
    await nextTurn();
    expect(world.foundTicks).toEqual([41]);
  });

  it.each<[string, (world: HolderWorld) => Promise<void> | void]>([
    ['a drain', (world) => void world.holder.close()],
    [
      'a lost lease',
      (world) => {
        world.mayPoll = false;
      },
    ],
  ])('asks nothing more for a start whose turn comes after %s', async (_what, happens) => {
    const world = new HolderWorld();
    world.turns = [];
    world.ring(20);
    await world.time.advance(100);
    world.turns.shift()?.();
    await world.time.advance(100);
    expect(world.turns).toHaveLength(1);
    happens(world);
    world.turns.shift()?.();
    await world.time.advance(100);
    expect(world.questions).toEqual([]);
    expect(world.holder.isRunning()).toBe(false);
    expect(world.epochsPolled).toEqual([]);
  });

  it('ends when the log has moved on, and its message goes after the last request', async () => {
    const world = new HolderWorld();
    world.bus.reply = () => ({ afterMs: 300 });
    world.ring(20);
    await world.time.advance(1_100);
    world.truth = stateHeldBy('B', 30);
    world.holder.recheck();
    await world.time.advance(100);
    expect(world.answered).toEqual([]);
    await world.time.advance(500);
    expect(world.answered).toEqual(['done 20']);
    await world.time.advance(10_000);
    expect(world.bus.requests).toHaveLength(2);
    expect(world.holder.isIdle()).toBe(true);
  });

  it('of an older epoch stands for the newer one that it pushed off the subject, until that is over', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(100);
    world.ring(15);
    await world.time.advance(1_000);
    expect(world.answered).toEqual([]);
    expect(world.holder.isRunning()).toBe(true);
    world.truth = {
      ...stateHeldBy('A', 20),
      session: { status: 'stopped', session, stoppedAt: session.startedAt, by: 'li', reason: '' },
      lastLifecycle: 21,
    };
    world.holder.recheck();
    await world.time.advance(1_000);
    expect(world.answered).toEqual(['done 15']);
    expect(world.holder.isIdle()).toBe(true);
  });

  it('that came after the session was stopped is let go, not asked about for ever', async () => {
    const world = new HolderWorld();
    world.truth = {
      ...stateHeldBy('A', 20),
      session: { status: 'stopped', session, stoppedAt: session.startedAt, by: 'li', reason: '' },
      lastLifecycle: 19,
    };
    world.ring(20);
    await world.time.advance(1_000);
    expect(world.bus.requests).toEqual([]);
    expect(world.answered).toEqual(['done 20']);
    expect(world.holder.isIdle()).toBe(true);
  });
});

describe('the source of a subscribed device', () => {
  const isOver = { stoppedAt: session.startedAt, by: 'li', reason: '' };
  it.each([
    ['stopped', { session: { status: 'stopped', session, ...isOver } }, [20]],
    ['paused', { session: { status: 'paused', session } }, []],
    ['given to another collector', stateHeldBy('B', 22), []],
  ] as const)('hears of a session that is %s whether it ends for good', async (_, change, forgotten) => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(100);
    world.truth = { ...stateHeldBy('A', 20), ...change, lastLifecycle: 21 };
    world.holder.recheck();
    await world.time.advance(1_000);
    expect(world.holder.isIdle()).toBe(true);
    expect(world.forgotten).toEqual(forgotten);
  });
});

describe('a lease that is lost', () => {
  it('ends polling at once, and polling begins again when it is held and the log still says so', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    world.mayPoll = false;
    world.holder.recheck();
    await world.time.advance(5_000);
    expect(world.bus.requests).toHaveLength(2);
    expect(world.answered).toEqual([]);
    world.mayPoll = true;
    world.holder.recheck();
    await world.time.advance(3_000);
    expect(world.epochsPolled.length).toBeGreaterThanOrEqual(4);
  });

  it('is named by the ticks that were not read meanwhile, once it is held again under the same epoch', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    const ticks = world.samples.map(({ tick }) => tick);
    world.mayPoll = false;
    world.holder.recheck();
    await world.time.advance(5_000);
    expect(world.samples).toHaveLength(ticks.length);
    world.mayPoll = true;
    world.holder.recheck();
    await world.time.advance(3_000);
    const [lost, ...others] = world.samples.slice(ticks.length);
    expect(lost).toMatchObject({ tick: Number(ticks.at(-1)) + 1, epoch: 20, miss: { cause: 'lease_lost' } });
    expect(lost?.values).toBeUndefined();
    const [next] = others;
    expect(next?.tick).toBe(Number(lost?.through_tick) + 1);
    expect(others.some(({ miss }) => miss !== undefined)).toBe(false);
  });

  it('explains no tick of a time that only a leaping clock has passed', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    const before = world.samples.length;
    world.process.setWallClock(10 * 365 * 86_400_000);
    world.mayPoll = false;
    world.holder.recheck();
    await world.time.advance(100);
    world.mayPoll = true;
    world.holder.recheck();
    await world.time.advance(3_000);
    const since = world.samples.slice(before);
    expect(since.length).toBeGreaterThan(0);
    expect(since.filter(({ miss }) => miss?.cause === 'lease_lost')).toEqual([]);
  });

  it('explains no tick that another process has read meanwhile, nor one under another epoch', async () => {
    const device = deviceOf();
    for (const epoch of [20, 30]) {
      const world = new HolderWorld();
      world.ring(20);
      await world.time.advance(1_500);
      const before = world.samples.length;
      const last = Number(world.samples.at(-1)?.tick);
      world.mayPoll = false;
      world.holder.recheck();
      await world.time.advance(5_000);
      world.lastTicks = {
        [device.id]: { session: '7-1', epoch, tick: last + 2, period_ms: 1_000, values: { a: 1 } },
      };
      world.truth = stateHeldBy('A', epoch);
      world.mayPoll = true;
      if (epoch === 20) world.holder.recheck();
      else world.ring(epoch);
      await world.time.advance(3_000);
      const lost = world.samples.slice(before).filter(({ miss }) => miss !== undefined);
      expect(lost.map(({ tick }) => tick)).toEqual(epoch === 20 ? [last + 3] : []);
    }
  });

  it('and held again while the log is being read lets no poller go on, and none stay silent', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    // A hint has made the holder look at the log, which takes some time.
    world.loadMs = 2_000;
    world.holder.recheck();
    await world.time.advance(100);
    world.mayPoll = false;
    world.holder.recheck();
    world.mayPoll = true;
    world.holder.recheck();
    const before = world.bus.requests.length;
    // Until the log has been read, nothing is asked under the old right.
    await world.time.advance(1_500);
    expect(world.bus.requests).toHaveLength(before);
    world.loadMs = 5;
    await world.time.advance(10_000);
    expect(world.bus.requests.length).toBeGreaterThanOrEqual(before + 5);
  });

  it('and held again when another has the session does not bring it back', async () => {
    const world = new HolderWorld();
    world.ring(20);
    await world.time.advance(1_500);
    world.mayPoll = false;
    world.holder.recheck();
    world.truth = stateHeldBy('B', 30);
    await world.time.advance(100);
    world.mayPoll = true;
    world.holder.recheck();
    await world.time.advance(5_000);
    expect(world.bus.requests).toHaveLength(2);
    expect(world.answered).toEqual(['done 20']);
  });
});

describe('a session that cannot be run', () => {
  it('is refused with the reason, and its message goes', async () => {
    const world = new HolderWorld();
    world.config = { ok: false, problem: 'configuration snapshot 7/1 is missing in TASK_CONFIGS' };
    world.ring(20);
    await world.time.advance(1_000);
    expect(world.statuses.at(-1)).toMatchObject({
      state: 'refused',
      epoch: 20,
      detail: 'configuration snapshot 7/1 is missing in TASK_CONFIGS',
    });
    expect(world.answered).toEqual(['done 20']);
  });

  it('is reported again until the log has moved on, then its live state belongs to the next holder', async () => {
    const world = new HolderWorld();
    world.config = { ok: false, problem: 'no snapshot' };
    world.ring(20);
    await world.time.advance(1_000);
    await world.holder.writeStatus();
    expect(world.statuses).toHaveLength(2);
    world.truth = stateHeldBy('B', 30);
    world.holder.recheck();
    await world.time.advance(1_000);
    await world.holder.writeStatus();
    expect(world.statuses).toHaveLength(2);
    expect(world.holder.isIdle()).toBe(true);
  });
});

describe('a drain', () => {
  it('ends polling after the request in flight and gives the message back for the next', async () => {
    const world = new HolderWorld();
    world.bus.reply = () => ({ afterMs: 300 });
    world.ring(20);
    await world.time.advance(1_100);
    const closed = world.holder.close();
    await world.time.until(closed);
    expect(world.epochsPolled).toEqual([20, 20]);
    expect(world.answered).toEqual([]);
    world.holder.giveBack();
    expect(world.answered).toEqual(['given back 20']);
    await world.time.advance(10_000);
    expect(world.bus.requests).toHaveLength(2);
  });
});
