import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '@holdfast/dev/child-process.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { systemTimers } from '@holdfast/shared/runtime/timers.ts';
import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { SampleOutbox } from '../../sending/sample-outbox.ts';
import { adoptAbandonedSpools, spoolFolder } from './abandoned-spools.ts';
import { lockSpoolFolder } from './spool-lock.ts';

const installation = 'aabbccdd';
const log = createLogger('test', 'silent');
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** A broker that keeps what it takes, and can be kept from taking more. */
class Broker {
  readonly samples: Sample[] = [];
  isUp = true;
  /** How many samples it still takes before it falls silent. */
  room = Number.POSITIVE_INFINITY;

  async send(sample: Sample): Promise<void> {
    if (this.room === 0) throw new Error('no answer in time');
    this.room -= 1;
    this.samples.push(sample);
  }
}

describe('spools next to our own', () => {
  let spoolDir: string;
  let broker: Broker;

  beforeEach(async () => {
    spoolDir = await temporaryFolder('spools');
    broker = new Broker();
  });

  const folderOf = (collector: string) => spoolFolder(spoolDir, collector, installation);
  /** Starts a process that has these ticks in its spool, or was refused the spool. */
  const owner = async (
    collector: string,
    [from, to]: readonly [number, number],
    { folder = folderOf(collector), launcher = [] as readonly string[], epoch = 2 } = {},
  ): Promise<{ process: RunningProcess; ownsIt: boolean }> => {
    const [command = process.execPath, ...before] = [...launcher, process.execPath];
    const started = await startProcess({
      name: collector,
      command,
      args: [
        ...before,
        join(import.meta.dirname, 'testing', 'spool-owner.ts'),
        ...[folder, collector, String(from), String(to), String(epoch)],
      ],
    });
    cleanUpAfterFile(() => started.stop({ signal: 'SIGKILL' }));
    const warning = await eventually(
      () => started.lastLines(10).find((line) => line === 'owns it' || line === 'refused'),
      { what: `${collector} to open its spool` },
    );
    return { process: started, ownsIt: warning === 'owns it' };
  };
  const adopt = (own: string) => {
    const adoption = adoptAbandonedSpools({
      ...{ spoolDir, own: folderOf(own), installation, instance: randomUUID(), log },
      createOutbox: async () =>
        new SampleOutbox({
          send: (sample) => broker.send(sample),
          isBrokerUp: () => broker.isUp,
          maxWaiting: 100,
          maxInFlight: 8,
          awaitsSpool: true,
          timers: systemTimers,
          log,
        }),
      isBrokerUp: () => broker.isUp,
      onIdle: () => undefined,
      lookEveryMs: 100,
      timers: systemTimers,
      log,
    });
    cleanUpAfterFile(() => adoption.stop());
    adoption.start();
    return adoption;
  };
  const segments = async () =>
    (await readdir(spoolDir, { recursive: true })).filter((file) => file.endsWith('.segment'));
  const takenTicks = () => broker.samples.map(({ tick }) => tick);

  it('are left alone while their owner lives, runs or merely stands still, and sent in order once it is killed', async () => {
    const { process: old } = await owner('old', [1, 500], { epoch: 4 });
    const adoption = adopt('new');
    await eventually(() => !adoption.isBusy(), { what: 'the first look' });
    old.signal('SIGSTOP');
    expect(await lockSpoolFolder(folderOf('old'))).toBeUndefined();
    expect(broker.samples).toEqual([]);
    await old.kill();
    await eventually(() => takenTicks().length === 500 && !adoption.isBusy(), { what: 'all of them' });
    expect(takenTicks()).toEqual(range(1, 500));
    expect(new Set(broker.samples.map(({ epoch, collector }) => `${collector}/${epoch}`))).toEqual(
      new Set(['old/4']),
    );
    expect(await segments()).toEqual([]);
    expect(existsSync(folderOf('old'))).toBe(false);
    expect(existsSync(`${folderOf('old')}.lock`)).toBe(false);
  });

  it('come before our own samples, the oldest of them first', async () => {
    for (const [name, from] of [
      ['first', 1],
      ['second', 101],
    ] as const) {
      await (await owner(name, [from, from + 99])).process.kill();
    }
    const adoption = adopt('new');
    expect(adoption.isBusy()).toBe(true);
    await eventually(() => !adoption.isBusy(), { what: 'all to be sent' });
    expect(takenTicks()).toEqual(range(1, 200));
  });

  it('are sent once however many collectors are there to do it', async () => {
    await (await owner('old', [1, 2_000])).process.kill();
    const both = [adopt('b'), adopt('c')];
    await eventually(
      async () => (await segments()).length === 0 && both.every((adoption) => !adoption.isBusy()),
      { what: 'the spool to be empty' },
    );
    expect(takenTicks()).toEqual(range(1, 2_000));
  });

  it('go on where they were left when the broker falls silent or the collector that sends them ends', async () => {
    await (await owner('old', [1, 1_000])).process.kill();
    broker.room = 300;
    const first = adopt('b');
    await eventually(() => takenTicks().length === 300, { what: 'the first ones' });
    await first.stop();
    broker.room = Number.POSITIVE_INFINITY;
    const second = adopt('c');
    await eventually(() => !second.isBusy(), { what: 'the rest' });
    expect(takenTicks()).toEqual(range(1, 1_000));
  });

  it('of another installation, or of a collector of which it is unknown whether it lives, are left alone', async () => {
    await (await owner('old', [1, 5], { folder: spoolFolder(spoolDir, 'old', 'eeffeeff') })).process.kill();
    await (await owner('older', [1, 5])).process.kill();
    await unlink(`${folderOf('older')}.lock`);
    const adoption = adopt('new');
    await eventually(() => !adoption.isBusy(), { what: 'the first look' });
    expect(broker.samples).toEqual([]);
    expect(await segments()).toHaveLength(2);
  });

  it('that the disk does not give back do not block sending', async () => {
    await mkdir(join(folderOf('broken'), '000000000001-00000000.segment'), { recursive: true });
    await writeFile(`${folderOf('broken')}.lock`, '');
    await (await owner('old', [1, 5])).process.kill();
    const adoption = adopt('new');
    await eventually(() => takenTicks().length === 5 && !adoption.isBusy(), { what: 'those of the other' });
  });

  it('with nothing in them that can be read are cleared away', async () => {
    await (await owner('old', [1, 0])).process.kill();
    await mkdir(folderOf('old'), { recursive: true });
    await writeFile(join(folderOf('old'), 'lost.json'), '[{');
    await (await owner('older', [1, 0])).process.kill();
    await writeFile(join(spoolDir, 'notes.txt'), 'hands off');
    const adoption = adopt('new');
    await eventually(() => !adoption.isBusy(), { what: 'the first look' });
    expect(await readdir(spoolDir)).toEqual(['notes.txt']);
  });

  it('are locked across network namespaces too, as those of containers are', async ({ skip }) => {
    const apart = ['unshare', '-n'];
    const { process: old, ownsIt } = await owner('old', [1, 5], { launcher: apart }).catch(() =>
      skip('no right to make a network namespace here'),
    );
    expect(ownsIt).toBe(true);
    expect(await lockSpoolFolder(folderOf('old'))).toBeUndefined();
    expect((await owner('old', [6, 9], { launcher: apart })).ownsIt).toBe(false);
    await old.kill();
    const lock = await lockSpoolFolder(folderOf('old'));
    expect(lock?.isProof).toBe(true);
    await lock?.release(false);
  });
});
