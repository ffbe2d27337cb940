import type { SessionLogEvent } from '@holdfast/shared/contracts/session-events.ts';
import { encodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import type { AssignmentHandle } from '../ports.ts';
import { Collector } from './collector.ts';
import type { TaskHolder } from './task-holder.ts';

/** A collector `A`. Its broker makes consumers or does not, and delivers what the test says. */
class InboxWorld {
  readonly time = new FakeTime();
  isHeld = true;
  canOpen = true;
  isIntact = true;
  isLogAnswered = true;
  rechecked = 0;
  disconnected = 0;
  opened = 0;
  closed = 0;
  #deliver: (handle: AssignmentHandle) => void = () => undefined;
  readonly collector = new Collector({
    collectorId: 'A',
    lease: {
      isHeld: () => this.isHeld,
      markDraining: () => undefined,
      markActive: () => undefined,
      giveUp: async () => undefined,
    },
    openInbox: async (onAssignment) => {
      if (!this.canOpen) throw new Error('no leader');
      this.opened += 1;
      this.#deliver = onAssignment;
      return {
        close: async () => {
          this.closed += 1;
        },
        isIntact: async () => this.isIntact,
      };
    },
    createHolder: () =>
      ({
        offer: () => undefined,
        prepare: () => undefined,
        recheck: () => {
          this.rechecked += 1;
        },
        isIdle: () => false,
      }) as unknown as TaskHolder,
    disconnectDevices: () => {
      this.disconnected += 1;
    },
    isLogAnswered: () => this.isLogAnswered,
    sessionLog: { begin: () => undefined, leave: () => undefined, verify: async () => undefined },
    flushSamples: async () => 0,
    keepAliveEveryMs: 1_000_000,
    statusEveryMs: 1_000_000,
    timers: new FakeProcess(this.time).timers,
    log: createLogger('test', 'silent'),
  });

  async begin(): Promise<void> {
    this.collector.start();
    this.collector.leaseHeld();
    await this.time.advance(10);
  }

  message(epoch: number): void {
    this.#deliver({
      taskId: '7',
      assignment: { v: 1, session_id: '7-1', task_id: '7', config_version: 1, epoch },
      keepAlive: () => undefined,
      done: async () => undefined,
      giveBack: () => undefined,
    });
  }

  assigned(collectorId: string, sequence: number): void {
    const of = { sessionId: '7-1', taskId: '7', collectorId, configVersion: 1, refusals: 0 };
    this.#see(subjects.placement('7'), sequence, { type: 'session.assigned', ...of, reason: 'start' });
  }

  stopped(sequence: number): void {
    const of = { sessionId: '7-1', taskId: '7', taskCode: 'press', configVersion: 1, by: 'anna', reason: '' };
    const startedAt = '2025-03-01T06:00:00.000Z';
    this.#see(subjects.lifecycle('7'), sequence, {
      type: 'session.stopped',
      ...of,
      startedAt,
    } as SessionLogEvent);
  }

  #see(subject: string, sequence: number, event: SessionLogEvent): void {
    const about = { id: String(sequence), time: '2025-03-01T06:00:00.000Z', source: '/test' };
    this.collector.eventSeen({ subject, sequence, message: encodeSessionEvent(event, about) });
  }
}

describe('the inbox of a collector', () => {
  it('is recreated with the lease where it could not be created with the connection before', async () => {
    const world = new InboxWorld();
    await world.begin();
    world.canOpen = false;
    world.collector.reconnected();
    await world.time.advance(1_000);
    world.isHeld = false;
    world.collector.leaseLost('expired');
    await world.time.advance(1_000);
    world.canOpen = true;
    world.isHeld = true;
    world.collector.leaseHeld();
    await world.time.advance(10);
    expect(world.opened).toBe(2);
    expect(world.closed).toBe(1);
  });

  it('is recreated when it does not bring what the log gives to the collector, though the broker finds nothing wrong', async () => {
    const world = new InboxWorld();
    await world.begin();
    world.assigned('A', 20);
    await world.time.advance(6_000);
    expect(world.opened).toBe(1);
    await world.time.advance(4_000);
    expect(world.opened).toBe(2);
    world.message(20);
    await world.time.advance(60_000);
    expect(world.opened).toBe(2);
  });

  it('is recreated ever more rarely where there is no message', async () => {
    const world = new InboxWorld();
    await world.begin();
    world.assigned('A', 20);
    await world.time.advance(130_000);
    expect(world.opened).toBe(6);
  });

  it.each([
    ['the message came first', (world: InboxWorld) => world.message(20), undefined],
    ['the message comes a little later', undefined, (world: InboxWorld) => world.message(20)],
    ['a newer message came', undefined, (world: InboxWorld) => world.message(30)],
    [
      'a newer message came before older events',
      (world: InboxWorld) => {
        world.message(30);
        world.assigned('B', 19);
      },
      (world: InboxWorld) => world.assigned('A', 30),
    ],
    ['the session was given to another', undefined, (world: InboxWorld) => world.assigned('B', 21)],
    ['the session was stopped', undefined, (world: InboxWorld) => world.stopped(21)],
  ])('is left as it is when %s', async (_, before, after) => {
    const world = new InboxWorld();
    await world.begin();
    before?.(world);
    world.assigned('A', 20);
    await world.time.advance(3_000);
    after?.(world);
    await world.time.advance(60_000);
    expect(world.opened).toBe(1);
  });
});

it('sessions are settled again, and devices let go, as soon as the log of sessions is silent or answers again', async () => {
  const world = new InboxWorld();
  await world.begin();
  world.message(20);
  await world.time.advance(10_000);
  const before = world.rechecked;
  world.isLogAnswered = false;
  await world.time.advance(250);
  expect([world.rechecked - before, world.disconnected]).toEqual([1, 1]);
  await world.time.advance(10_000);
  world.isLogAnswered = true;
  await world.time.advance(250);
  expect([world.rechecked - before, world.disconnected]).toEqual([2, 1]);
});
