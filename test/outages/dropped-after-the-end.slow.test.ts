import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import {
  type AccountOfDevice,
  type DroppingFleet,
  devices,
  droppingFleet,
  periodMs,
} from './dropping-fleet.ts';

/** SAMPLES has nothing left of what a process sent before it ended, so that no later sample of it can report it. */
describe('samples of a process that has ended, all of which SAMPLES drops unwritten', () => {
  let all: DroppingFleet;
  let writer: RunningProcess;
  const collector = async (id: string) =>
    all.fleet.collector(id, { SPOOL_DIR: await temporaryFolder('spool') });
  /** A writer that lives would hold what the stream drops, and store it later. */
  const dropAll = async () => {
    await writer.kill();
    await all.dropAll();
  };
  const healed = async () => {
    await all.database.heal();
    writer = await all.fleet.start('writer', all.writerSettings);
  };
  const pastTicks = (ticks: ReadonlyMap<string, number>) =>
    eventually(() => Date.now() / periodMs > Math.max(...ticks.values()) + 5, {
      what: 'ticks that are not written',
    });
  const ticksWhere = ({ causes }: AccountOfDevice, holds: (tick: number, cause: string) => boolean) =>
    [...causes].filter(([tick, cause]) => holds(tick, cause)).map(([tick]) => tick);

  /** Each tick that was sent is stored, has what its sender said of it, or is a loss; no other tick is a loss. */
  const expectLossesWhereSent = (account: AccountOfDevice) => {
    const { causes, wasSent } = account;
    const others = [...causes].filter(([tick, cause]) => wasSent.has(tick) && cause !== 'buffer_full');
    expect(others.filter(([, cause]) => cause !== 'overrun')).toEqual([]);
    expect(ticksWhere(account, (tick, cause) => cause === 'buffer_full' && !wasSent.has(tick))).toEqual([]);
  };

  /** Checks that ticks which no process read between two processes are called what they were. */
  const expectUnread = (account: AccountOfDevice, killedAt: number, cause: string) => {
    const { causes, wasSent } = account;
    const goesOnAt = Math.min(...[...wasSent].filter((tick) => tick > killedAt));
    const unread = Array.from({ length: goesOnAt - killedAt - 1 }, (_, index) => killedAt + 1 + index);
    expect(unread.length).toBeGreaterThanOrEqual(5);
    expect(new Set(unread.map((tick) => causes.get(tick)))).toEqual(new Set([cause]));
    expect(ticksWhere(account, (tick, tickCause) => tickCause === cause && !unread.includes(tick))).toEqual(
      [],
    );
    // Ticks that the killed one had sent, and that no sample of its own reports.
    const lost = ticksWhere(account, (tick, tickCause) => tickCause === 'buffer_full' && tick <= killedAt);
    expect(lost.length).toBeGreaterThanOrEqual(5);
    expect(causes.get(killedAt)).toBe('buffer_full');
  };

  beforeAll(async () => {
    all = await droppingFleet();
    writer = await all.fleet.start('writer', all.writerSettings);
  });

  it('are named a loss up to its kill -9, and what was not read from there on a restart', async () => {
    const killed = await collector('c1');
    const { session, supervisor } = await all.started('1');
    await supervisor.kill();
    await all.database.cut();
    await all.untilWriterIsFull();
    await all.readAgain(session, 5);
    await killed.kill();
    const killedAt = await all.lastInStream(session);
    await pastTicks(killedAt);
    const again = await collector('c1');
    await all.readAgain(session, 3);
    await dropAll();
    await all.readAgain(session, 5);
    await healed();
    const upTo = await all.lastWritten(session);
    await all.untilSentIsOnRecord(session);
    for (const account of await all.accountOf(session, upTo)) {
      expectLossesWhereSent(account);
      expectUnread(account, killedAt.get(account.device) ?? 0, 'restart');
    }
    await all.fleet.log.stop(session);
    await again.stop();
  });

  it('are named a loss also when another collector goes on, and what was not read until then a failover', async () => {
    const collectors = new Map<string, RunningProcess>();
    for (const id of ['c2', 'c3']) collectors.set(id, await collector(id));
    const { session, supervisor } = await all.started('2');
    await all.database.cut();
    await all.untilWriterIsFull();
    await all.readAgain(session, 5);
    const first = await all.fleet.placed('2');
    await collectors.get(first.collectorId)?.kill();
    const killedAt = await all.lastInStream(session);
    await all.fleet.placed('2', { above: first.epoch });
    await all.readAgain(session, 3);
    await supervisor.kill();
    await dropAll();
    await all.readAgain(session, 5);
    await healed();
    const upTo = await all.lastWritten(session);
    await all.untilSentIsOnRecord(session);
    for (const account of await all.accountOf(session, upTo)) {
      expectLossesWhereSent(account);
      expectUnread(account, killedAt.get(account.device) ?? 0, 'failover');
    }
    await all.fleet.log.stop(session);
    for (const each of collectors.values()) await each.stop();
  });

  it.each(['stop', 'pause'] as const)(
    'are named a loss when nothing came any more after a %s',
    async (command) => {
      const taskId = command === 'stop' ? '3' : '4';
      const reader = await collector('c4');
      const { session, supervisor } = await all.started(taskId);
      await supervisor.kill();
      await all.database.cut();
      await all.untilWriterIsFull();
      await all.readAgain(session, 5);
      const endsAfterMs = Date.now();
      await all.fleet.log[command](session);
      await eventually(async () => (await all.sentRecords(session)).some(({ ended }) => ended), {
        what: 'the collector to say what it has sent',
      });
      // A busy collector may read on for a moment after the end, where no tick is expected any more.
      const last = all.lastTicks(session, endsAfterMs);
      await dropAll();
      await healed();
      await all.untilWritten();
      await all.untilSentIsOnRecord(session);
      for (const account of await all.accountOf(session)) {
        expectLossesWhereSent(account);
        expect(account.causes.get(last.get(account.device) ?? 0)).toBe('buffer_full');
        const later = ticksWhere(account, (tick) => tick > (last.get(account.device) ?? 0));
        expect(new Set(later.map((tick) => account.causes.get(tick)))).not.toContain('not_arrived');
        expect([...account.causes.values()]).not.toContain('holder_lost');
      }
      expect(devices.map((device) => last.get(device) ?? 0).every((tick) => tick > 0)).toBe(true);
      await reader.stop();
    },
  );
});
