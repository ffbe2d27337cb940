import { FakeProcess, FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { AssignmentCache } from './assignment-cache.ts';
import { type AssignmentOutbox, assignmentKey, type SessionLog } from './ports.ts';
import type { UnplacedSession } from './reconcile/reconcile.ts';

class World {
  readonly time = new FakeTime();
  readonly messages = new Set<string>();
  sequence = 10;
  lists = 0;
  readonly outbox: AssignmentOutbox = {
    publish: async (collectorId, { task_id }) => void this.messages.add(assignmentKey(collectorId, task_id)),
    remove: async (collectorId, taskId) => void this.messages.delete(assignmentKey(collectorId, taskId)),
    has: async (collectorId, taskId) => this.messages.has(assignmentKey(collectorId, taskId)),
    list: async () => {
      this.lists += 1;
      return new Set(this.messages);
    },
  };
  readonly log: SessionLog = {
    appliedSequence: () => this.sequence,
    reached: async () => undefined,
    verify: async () => this.sequence,
  };
  readonly cache = new AssignmentCache(this.outbox, new FakeProcess(this.time).clock);
}

const waitsFor = (former: string, taskId: string): UnplacedSession => ({
  taskId,
  sessionId: `${taskId}-1`,
  why: 'former_holder_not_done',
  detail: quoted(''),
  former,
});

describe('what lies in ASSIGNMENTS as far as a supervisor knows', () => {
  it('is listed now and then, with the sequence that was known before it was asked for', async () => {
    const world = new World();
    world.messages.add('A.7');
    await world.cache.refresh(world.log);
    world.sequence = 20;
    await world.cache.refresh(world.log);
    expect(world.cache.listing()).toEqual({ keys: new Set(['A.7']), listedAtSequence: 10 });
    await world.time.advance(5_000);
    await world.cache.refresh(world.log);
    expect(world.cache.listing().listedAtSequence).toBe(20);
    expect(world.lists).toBe(2);
  });

  it('is listed again at once after a change whose outcome is unknown', async () => {
    const world = new World();
    await world.cache.refresh(world.log);
    world.sequence = 20;
    world.cache.doubt();
    await world.cache.refresh(world.log);
    expect(world.cache.listing().listedAtSequence).toBe(20);
    await world.cache.refresh(world.log);
    expect(world.lists).toBe(2);
  });

  it('follows what this supervisor does itself', async () => {
    const world = new World();
    await world.cache.refresh(world.log);
    world.cache.rung('A', '7');
    expect(world.cache.listing().keys.has('A.7')).toBe(true);
    world.cache.removed('A', '7');
    expect(world.cache.listing().keys.has('A.7')).toBe(false);
  });

  it('is asked for single keys of former holders, in time with the log', async () => {
    const world = new World();
    world.messages.add('A.7').add('B.8');
    await world.cache.refresh(world.log);
    world.messages.delete('A.7');
    world.sequence = 30;
    const listing = await world.cache.lookAfter([waitsFor('A', '7'), waitsFor('B', '8')], world.log);
    expect(listing.keys).toEqual(new Set(['B.8']));
    expect(listing.askedAtSequence).toEqual(
      new Map([
        ['A.7', 30],
        ['B.8', 30],
      ]),
    );
  });

  it('does not take a former holder’s message for gone because it came after the list', async () => {
    const world = new World();
    await world.cache.refresh(world.log);
    // Meanwhile another supervisor has published the message.
    world.messages.add('A.7');
    const listing = await world.cache.lookAfter([waitsFor('A', '7')], world.log);
    expect(listing.keys.has('A.7')).toBe(true);
  });

  it('is listed again when too many are waited for', async () => {
    const world = new World();
    await world.cache.refresh(world.log);
    world.messages.add('A.7');
    const many = Array.from({ length: 100 }, (_, n) => waitsFor('A', `${n + 7}`));
    expect((await world.cache.lookAfter(many, world.log)).keys).toEqual(new Set(['A.7']));
    expect(world.lists).toBe(2);
  });
});
