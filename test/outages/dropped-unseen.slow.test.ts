import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { freeze } from '../support/freeze.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type DroppingFleet, devices, droppingFleet, periodMs, tally } from './dropping-fleet.ts';

/** No consumer reads ahead of what SAMPLES drops, so that only what comes afterwards can show what it was. */
describe('samples that SAMPLES drops while no supervisor looks', () => {
  let all: DroppingFleet;
  let writer: RunningProcess;

  beforeAll(async () => {
    all = await droppingFleet();
    writer = await all.fleet.start('writer', all.writerSettings);
  });

  it('are named a loss, and what a killed collector has not read is a restart', async () => {
    const { fleet, database, consumer, sentOf, dropAll, readAgain, accountOf, lastWritten } = all;
    const collector = await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    const { session, supervisor } = await all.started('1');
    await supervisor.kill();
    await database.cut();
    await eventually(async () => (await consumer()).num_pending > 5, {
      what: 'the writer to have its hands full',
    });
    // The broker counts what it drops as done; a writer that asks would get the next messages, and store them later.
    const thawWriter = await freeze(writer.pid);
    onTestFinished(() => void writer.signal('SIGCONT'));
    await eventually(async () => (await consumer()).num_waiting === 0, {
      what: 'what the writer had asked for to expire',
    });
    const pid = collector.pid;
    await collector.kill();
    const beforeKill = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick ?? 0]));
    await eventually(() => Date.now() / periodMs > Math.max(...beforeKill.values()) + 5, {
      what: 'ticks that are not written',
    });
    const again = await fleet.collector('c1', { SPOOL_DIR: await temporaryFolder('spool') });
    expect(again.pid).not.toBe(pid);
    await readAgain(session, 5);
    const sentBeforeDrop = new Map(devices.map((device) => [device, sentOf(session, device).at(-1)?.tick]));
    const isStored = (samples: readonly Sample[]) =>
      devices.every((device) =>
        samples.some((sample) => sample.device === device && sample.tick === sentBeforeDrop.get(device)),
      );
    const dropped = await eventually(
      async () => {
        const samples = await fleet.log.samples();
        return isStored(samples) && samples;
      },
      { what: 'what was sent to be in SAMPLES' },
    );
    const { consumer_seq: deliveries } = (await consumer()).delivered;
    await dropAll();
    expect((await consumer()).delivered.consumer_seq).toBe(deliveries);
    thawWriter();
    await readAgain(session, 5);
    await database.heal();
    const upTo = await lastWritten(session);
    await all.untilSentIsOnRecord(session);
    for (const { device, causes, wasSent } of await accountOf(session, upTo)) {
      const killedAt = beforeKill.get(device) ?? 0;
      const lost = [...causes].filter(([, cause]) => cause === 'buffer_full').map(([tick]) => tick);
      expect(lost.filter((tick) => !wasSent.has(tick))).toEqual([]);
      // Every tick that the second process had sent by then is named a loss, also one for which it could only send an overrun.
      const droppedAfterRestart = dropped
        .filter((sample) => sample.session === session && sample.device === device && sample.tick > killedAt)
        .map(({ tick }) => tick);
      expect(droppedAfterRestart.length).toBeGreaterThanOrEqual(5);
      expect(droppedAfterRestart.filter((tick) => causes.get(tick) !== 'buffer_full')).toEqual([]);
      // Everything that either of them sent is stored or named a loss.
      const others = [...causes].filter(([tick, cause]) => wasSent.has(tick) && cause !== 'buffer_full');
      expect(others.filter(([, cause]) => cause !== 'overrun')).toEqual([]);
      expect(tally(causes)).toMatchObject({ restart: expect.any(Number) });
    }
    await fleet.log.stop(session);
    await again.stop();
  });

  it('are named a loss also where a writer had them in hand that was killed then', async () => {
    const { fleet, database, consumer, state, dropAll, readAgain, accountOf, lastWritten } = all;
    await fleet.collector('c2', { SPOOL_DIR: await temporaryFolder('spool') });
    const { session, supervisor } = await all.started('2');
    await supervisor.kill();
    await database.cut();
    await readAgain(session, 5);
    await all.untilWriterIsFull();
    const { delivered } = await consumer();
    await writer.kill();
    await dropAll();
    expect((await state()).first_seq).toBeGreaterThan(delivered.stream_seq);
    await readAgain(session, 5);
    await database.heal();
    writer = await fleet.start('writer', all.writerSettings);
    for (const { causes, wasSent } of await accountOf(session, await lastWritten(session))) {
      expect(tally(causes).buffer_full).toBeGreaterThan(5);
      for (const [tick, cause] of causes) {
        if (cause === 'buffer_full') expect(wasSent.has(tick)).toBe(true);
        else expect(['waiting', 'recovery', 'overrun']).toContain(cause);
      }
    }
  });
});
