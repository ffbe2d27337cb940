import { appendFile, cp, open, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { temporaryFolder } from '@holdfast/test/support/temporary-folder.ts';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { sampleToSend as sample } from '../../sending/testing/sample-to-send.ts';
import { DiskSpool, type OpenedSpool } from './spool.ts';
import { encodeRecords, scanRecords } from './spool-record.ts';

const log = createLogger('test', 'silent');
const mebibyte = 1024 * 1024;

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const records = (from: number, to: number) => range(from, to).map((tick) => encodeSample(sample(tick)));

describe('the spool of samples', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await temporaryFolder('spool'), 'c1');
  });

  const openSpool = async (settings: { maxBytes?: number; instance?: string } = {}): Promise<OpenedSpool> => {
    const opened = await DiskSpool.open({
      folder,
      instance: settings.instance ?? '0123abcd-1',
      maxBytes: settings.maxBytes ?? mebibyte,
      fsync: 'append',
      log,
    });
    if (!opened) throw new Error('another process has the spool');
    return opened;
  };
  const abandon = ({ spool }: OpenedSpool) => spool.close();
  const readAll = async (spool: DiskSpool): Promise<number[]> => {
    const ticks: number[] = [];
    for (let some = await spool.read(); some.length > 0; some = await spool.read())
      ticks.push(...some.map((spooled) => spooled.sample.tick));
    return ticks;
  };
  const segments = async () => (await readdir(folder)).filter((name) => name.endsWith('.segment')).sort();

  it('gives back what was put in, in order, and leaves nothing on disk once all is confirmed', async () => {
    const { spool } = await openSpool();
    await spool.append(records(1, 3_000), 0);
    await spool.append(records(3_001, 3_010), 0);
    expect(spool.unread()).toBe(3_010);
    const ticks: number[] = [];
    for (let some = await spool.read(); some.length > 0; some = await spool.read()) {
      ticks.push(...some.map((spooled) => spooled.sample.tick));
      const last = some.at(-1);
      if (last) spool.confirm(last.position, 7);
    }
    expect(ticks).toEqual(range(1, 3_010));
    await spool.close();
    expect(spool.bytes()).toBe(0);
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it('gives what was not confirmed to the next process, and not what was', async () => {
    const first = await openSpool();
    await first.spool.append(records(1, 2_000), 0);
    const some = await first.spool.read();
    const tenth = some[9];
    if (!tenth) throw new Error('nothing was read');
    first.spool.confirm(tenth.position, 41);
    await abandon(first);
    const next = await openSpool({ instance: 'ffff0000-2' });
    expect(next.spool.unread()).toBe(1_990);
    await next.spool.append(records(2_001, 2_002), 0);
    expect(await readAll(next.spool)).toEqual(range(11, 2_002));
    await next.spool.close();
  });

  it('cuts off a record that was being written when its process was killed, and goes on behind it', async () => {
    const first = await openSpool();
    await first.spool.append(records(1, 5), 0);
    await abandon(first);
    const [name = ''] = await segments();
    await appendFile(join(folder, name), encodeRecords(records(6, 6)).subarray(0, 40));
    const sizeTorn = (await stat(join(folder, name))).size;
    const next = await openSpool({ instance: 'ffff0000-2' });
    expect((await stat(join(folder, name))).size).toBe(sizeTorn - 40);
    await next.spool.append(records(7, 8), 0);
    expect(await readAll(next.spool)).toEqual([1, 2, 3, 4, 5, 7, 8]);
    expect(next.spool.damaged()).toBe(0);
    await next.spool.close();
  });

  it('leaves out a record whose bytes have changed, counts it, and gives all others', async () => {
    const first = await openSpool();
    await first.spool.append(records(1, 5), 0);
    await abandon(first);
    const [name = ''] = await segments();
    const file = await open(join(folder, name), 'r+');
    await file.write(Buffer.from('X'), 0, 1, 60);
    await file.close();
    const next = await openSpool({ instance: 'ffff0000-2' });
    expect(await readAll(next.spool)).toEqual([2, 3, 4, 5]);
    expect(next.spool.damaged()).toBe(1);
    await next.spool.close();
  });

  it('is not confused by files that are not its own', async () => {
    const first = await openSpool();
    await first.spool.append(records(1, 2), 0);
    await abandon(first);
    await writeFile(join(folder, 'README'), 'hands off');
    await writeFile(join(folder, '000000000009-00000000.segment'), 'no segment at all');
    await writeFile(join(folder, 'confirmed.json'), '{"segment":');
    const next = await openSpool({ instance: 'ffff0000-2' });
    expect(await readAll(next.spool)).toEqual([1, 2]);
    await next.spool.close();
  });

  it('says when it is opened that nothing can be written to it, not in the outage that it is for', async () => {
    const messages: string[] = [];
    const telling = Object.create(log, {
      error: { value: (_about: object, text: string) => messages.push(text) },
    }) as typeof log;
    const open = (where: string) =>
      DiskSpool.open({ folder: where, instance: 'i', maxBytes: mebibyte, fsync: 'never', log: telling });
    await (await open(folder))?.spool.close();
    expect(messages).toEqual([]);
    // A path where no user can make a folder, not even root.
    const nowhere = join(folder, '..', 'nowhere');
    await symlink(join(folder, 'is', 'not', 'there'), nowhere);
    await (await open(join(nowhere, 'c1')))?.spool.close();
    expect(messages).toEqual([expect.stringMatching(/nothing can be written.*nowhere,.*SPOOL_DIR/)]);
  });

  it('is one process’s own as long as that lives', async () => {
    const first = await openSpool();
    const second = await DiskSpool.open({
      folder,
      instance: 'ffff0000-2',
      maxBytes: mebibyte,
      fsync: 'never',
      log,
    });
    expect(second).toBeUndefined();
    await first.spool.close();
    const third = await openSpool({ instance: 'ffff0000-2' });
    await third.spool.close();
  });

  it('lets its oldest segment go, with all of it that was not read', async () => {
    const { spool } = await openSpool();
    for (let tick = 1; tick <= 2_000; tick += 100) await spool.append(records(tick, tick + 99), 0);
    const readBefore = await spool.read();
    const lost = (await spool.takeOldest()).map(({ sample }) => sample.tick);
    await spool.removeTaken();
    const rest = await readAll(spool);
    const before = readBefore.map((spooled) => spooled.sample.tick);
    expect([...before, ...lost, ...rest]).toEqual(range(1, 2_000));
    expect(rest.length).toBeGreaterThan(0);
    await spool.close();
  });

  it('keeps what was read and is not confirmed when it lets the rest of a segment go, until that is confirmed', async () => {
    const { spool } = await openSpool({ maxBytes: 16 * mebibyte });
    await spool.append(records(1, 3_000), 0);
    await spool.append(records(3_001, 3_010), 0);
    const spooled = await spool.read();
    expect(spooled.length).toBeLessThan(2_500);
    const lost = await spool.takeOldest();
    await spool.removeTaken();
    expect([...spooled, ...lost].map(({ sample }) => sample.tick)).toEqual(
      range(1, lost.at(-1)?.sample.tick ?? 0),
    );
    const unread = spool.unread();
    // A process that is killed now leaves exactly this to the next one.
    const killed = join(await temporaryFolder('spool'), 'killed');
    await cp(folder, killed, { recursive: true });
    const next = await DiskSpool.open({
      folder: killed,
      instance: 'ffff0000-2',
      maxBytes: 16 * mebibyte,
      fsync: 'append',
      log,
    });
    if (!next) throw new Error('another process has the spool');
    expect((await readAll(next.spool)).slice(0, spooled.length)).toEqual(
      spooled.map(({ sample }) => sample.tick),
    );
    await next.spool.close();
    // Nothing is given up twice: no older records are left unread.
    const bytes = spool.bytes();
    const further = await spool.takeOldest();
    await spool.removeTaken();
    expect(further).toHaveLength(unread);
    expect(spool.bytes()).toBeLessThanOrEqual(bytes);
    const last = spooled.at(-1);
    if (last) spool.confirm(last.position, 9);
    await expect.poll(segments).toEqual([]);
    await spool.close();
  });

  it('keeps notices of what was lost for the next process', async () => {
    const first = await openSpool();
    const notice: Sample = {
      ...sample(3),
      values: undefined,
      through_tick: 9,
      miss: { cause: 'buffer_full', detail: '' },
    };
    const notices = [
      { sample: notice, maybeStoredAfter: undefined },
      { sample: { ...notice, tick: 2, through_tick: undefined }, maybeStoredAfter: 41 },
    ];
    await first.spool.saveLost(notices);
    await abandon(first);
    const next = await openSpool({ instance: 'ffff0000-2' });
    expect(next.notices).toEqual(notices);
    await next.spool.saveLost([]);
    await next.spool.close();
    const last = await openSpool();
    expect(last.notices).toEqual([]);
    await last.spool.close();
  });

  it('marks what a process may have sent that is gone for long', async () => {
    const first = await openSpool();
    await first.spool.append(records(1, 3), 17);
    await abandon(first);
    const path = join(folder, 'confirmed.json');
    const hourAgo = Date.now() - 3_600_000;
    await writeFile(path, JSON.stringify({ segment: 0, end_offset: 0, sequence: 17, at: hourAgo }));
    const next = await openSpool({ instance: 'ffff0000-2' });
    const maybe = (await next.spool.read()).map(({ maybeStored }) => maybeStored);
    expect(maybe.map((sample) => sample?.afterSequence)).toEqual([17, 17, 17]);
    await next.spool.close();
  });
});

describe('records', () => {
  it('are found again, however the bytes are cut off', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }), { maxLength: 8 }),
        fc.nat({ max: 600 }),
        (payloads, cutAt) => {
          const bytes = encodeRecords(payloads);
          const scan = scanRecords(bytes.subarray(0, cutAt));
          expect(scan.isBroken).toBe(false);
          scan.records.forEach(({ payload, isIntact }, index) => {
            expect(isIntact).toBe(true);
            expect(payload).toEqual(Buffer.from(payloads[index] ?? ''));
          });
          if (cutAt >= bytes.length) expect(scan.records).toHaveLength(payloads.length);
          expect(scan.endOffset).toBeLessThanOrEqual(cutAt);
        },
      ),
    );
  });

  it('end where a crash of the machine left a hole', () => {
    const bytes = Buffer.concat([encodeRecords(['one']), Buffer.alloc(100)]);
    expect(scanRecords(bytes)).toMatchObject({
      endOffset: 11,
      isBroken: true,
      records: [{ isIntact: true }],
    });
  });
});
