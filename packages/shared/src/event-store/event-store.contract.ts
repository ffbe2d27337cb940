import { expect, it } from 'vitest';
import type { CloudEvent } from '../contracts/cloud-event.ts';
import { subjects } from '../contracts/subjects.ts';
import { type EventStore, type StoredEvent, StoreUnavailable, VersionConflict } from './event-store.ts';

let taskCount = 0;

/** A task that no other test of this process uses, so that tests can share one log. */
export function freshTask(): { lifecycle: string; placement: string; all: string } {
  taskCount += 1;
  const taskId = `${900_000 + taskCount}`;
  return {
    lifecycle: subjects.lifecycle(taskId),
    placement: subjects.placement(taskId),
    all: subjects.taskEvents(taskId),
  };
}

export function storableEvent(id: string): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: '/test',
    type: 'session.started',
    time: '2025-03-01T06:00:00.000Z',
    subject: '7-1',
    data: { schema_version: 2, note: `机器 ${id}` },
  };
}

export async function readAll(store: EventStore, subject: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of store.read(subject)) events.push(event);
  return events;
}

/** The contract of event stores. Ids must differ between tests, since stores remember them. */
export function eventStoreContract(open: () => Promise<EventStore>): void {
  it('returns rising sequences and keeps the events as they were', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    const first = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    const second = await store.append(lifecycle, storableEvent(`${lifecycle}/b`), first);
    expect(second).toBeGreaterThan(first);
    expect(await readAll(store, lifecycle)).toEqual([
      { subject: lifecycle, sequence: first, message: storableEvent(`${lifecycle}/a`) },
      { subject: lifecycle, sequence: second, message: storableEvent(`${lifecycle}/b`) },
    ]);
  });

  it('keeps what was appended when the caller changes the event afterwards', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    const event = storableEvent(`${lifecycle}/a`);
    await store.append(lifecycle, event, 0);
    event.data.note = 'changed';
    expect((await store.readLast(lifecycle))?.message).toEqual(storableEvent(`${lifecycle}/a`));
  });

  it('refuses an event that expects an older last one, and stores nothing', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    const first = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    const second = await store.append(lifecycle, storableEvent(`${lifecycle}/b`), first);
    for (const [index, expected] of [0, first].entries()) {
      const late = store.append(lifecycle, storableEvent(`${lifecycle}/late${index}`), expected);
      await expect(late).rejects.toBeInstanceOf(VersionConflict);
    }
    expect((await store.readLast(lifecycle))?.sequence).toBe(second);
  });

  it('refuses at once an event that expects a last one which is not there', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    await expect(store.append(lifecycle, storableEvent(`${lifecycle}/a`), 3)).rejects.toBeInstanceOf(
      VersionConflict,
    );
    const first = await store.append(lifecycle, storableEvent(`${lifecycle}/b`), 0);
    await expect(
      store.append(lifecycle, storableEvent(`${lifecycle}/c`), first + 1_000),
    ).rejects.toBeInstanceOf(VersionConflict);
    expect(await readAll(store, lifecycle)).toHaveLength(1);
  });

  it('counts each subject by itself', async () => {
    const store = await open();
    const { lifecycle, placement } = freshTask();
    const started = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    const assigned = await store.append(placement, storableEvent(`${placement}/a`), 0);
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/b`), started)).toBeGreaterThan(assigned);
  });

  it('stores an event that is sent again only once and answers with its sequence', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    const first = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0)).toBe(first);
    // The same holds when the caller has meanwhile read the log, or another writer has gone on.
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/a`), first)).toBe(first);
    await store.append(lifecycle, storableEvent(`${lifecycle}/b`), first);
    expect(await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0)).toBe(first);
    expect(await readAll(store, lifecycle)).toHaveLength(2);
  });

  it('does not take the event of another subject for the retry of this one', async () => {
    const store = await open();
    const [one, other] = [freshTask(), freshTask()];
    await store.append(one.lifecycle, storableEvent(`${one.lifecycle}/a`), 0);
    await expect(
      store.append(other.lifecycle, storableEvent(`${one.lifecycle}/a`), 0),
    ).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.readLast(other.lifecycle)).toBeUndefined();
  });

  it('lets one of several win who append at the same moment', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    let last = 0;
    for (let round = 0; round < 5; round += 1) {
      const appends = Array.from({ length: 8 }, (_, client) =>
        store.append(lifecycle, storableEvent(`${lifecycle}/${round}/${client}`), last),
      );
      const results = await Promise.allSettled(appends);
      const won = results.filter((result) => result.status === 'fulfilled');
      const lost = results.filter((result) => result.status === 'rejected');
      expect(won).toHaveLength(1);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(VersionConflict);
      last = won[0]?.value ?? 0;
      expect((await store.readLast(lifecycle))?.sequence).toBe(last);
    }
    expect(await readAll(store, lifecycle)).toHaveLength(5);
  });

  it('reads all subjects of a task in the order of the log, and nothing of other tasks', async () => {
    const store = await open();
    const { lifecycle, placement, all } = freshTask();
    const other = freshTask();
    const started = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    await store.append(other.lifecycle, storableEvent(`${other.lifecycle}/a`), 0);
    const assigned = await store.append(placement, storableEvent(`${placement}/a`), 0);
    const stopped = await store.append(lifecycle, storableEvent(`${lifecycle}/b`), started);
    expect((await readAll(store, all)).map(({ subject, sequence }) => [subject, sequence])).toEqual([
      [lifecycle, started],
      [placement, assigned],
      [lifecycle, stopped],
    ]);
  });

  it('reads more events than one delivery holds', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    let last = 0;
    const sequences: number[] = [];
    for (let n = 0; n < 1_050; n += 1) {
      last = await store.append(lifecycle, storableEvent(`${lifecycle}/${n}`), last);
      sequences.push(last);
    }
    expect((await readAll(store, lifecycle)).map(({ sequence }) => sequence)).toEqual(sequences);
  });

  it('has nothing to read of a subject without events, and may be read in part', async () => {
    const store = await open();
    const { lifecycle, placement, all } = freshTask();
    expect(await store.readLast(lifecycle)).toBeUndefined();
    expect(await readAll(store, lifecycle)).toEqual([]);
    const started = await store.append(lifecycle, storableEvent(`${lifecycle}/a`), 0);
    await store.append(placement, storableEvent(`${placement}/a`), 0);
    for await (const { sequence } of store.read(all)) {
      expect(sequence).toBe(started);
      break;
    }
    expect(await readAll(store, all)).toHaveLength(2);
  });

  it('sees every append that has returned', async () => {
    const store = await open();
    const { lifecycle } = freshTask();
    let last = 0;
    for (let n = 0; n < 20; n += 1) {
      last = await store.append(lifecycle, storableEvent(`${lifecycle}/${n}`), last);
      expect((await store.readLast(lifecycle))?.sequence).toBe(last);
    }
    expect((await readAll(store, lifecycle)).at(-1)?.sequence).toBe(last);
  });
}
