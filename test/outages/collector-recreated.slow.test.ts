import { readdir } from 'node:fs/promises';
import { relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ticksOfSamples } from '../support/ticks-of-samples.ts';
import { notAmong, segmentsIn, spooledIn } from './spooled-samples.ts';

const devices = ['press-1', 'press-2', 'press-3', 'press-4'];
/** Long enough to poll on while the broker is down. */
const patientLease = { LEASE_TTL_MS: '60000', LEASE_RENEW_MS: '500' };

/** A recreated container has a new host name, and with it a new collector id. */
describe('a collector that is made anew under another id', () => {
  let fleet: FleetForTest;
  let spoolDir: string;

  const segmentsOf = async (owner: string) =>
    (await segmentsIn(spoolDir)).filter((file) => relative(spoolDir, file).startsWith(`${owner}-`));

  beforeAll(async () => {
    fleet = await fleetForTest(devices);
    spoolDir = await temporaryFolder('spools');
  });

  it('sends what its predecessor had on disk when it was killed, in order and before anything of its own', async () => {
    await fleet.start('supervisor');
    const before = await fleet.collector('before', { ...patientLease, SPOOL_DIR: spoolDir });
    const session = await fleet.log.start(fleet.plant.config({ taskId: '1', devices, periodMs: 50 }));
    const { epoch } = await fleet.placed('1', { on: 'before' });
    await fleet.sampled(session, epoch);
    await fleet.nats.kill();
    const requestCount = fleet.plant.requests.length;
    await eventually(async () => (await spooledIn(spoolDir)).length > 300, {
      what: 'samples on disk',
      intervalMs: 100,
    });
    await before.kill();
    const answered = fleet.plant.requests.length - requestCount;
    const inSpool = await spooledIn(spoolDir);
    await fleet.nats.restart();
    await fleet.collector('after', { SPOOL_DIR: spoolDir });
    await eventually(async () => (await segmentsOf('before')).length === 0, {
      what: 'the predecessor’s spool to be sent',
    });
    const { epoch: next } = await fleet.placed('1', { on: 'after', above: epoch });
    await fleet.sampled(session, next);
    await fleet.log.stop(session);
    const samples = (await fleet.log.samples()).filter((sample) => sample.session === session);
    const firstOfNext = samples.findIndex((sample) => sample.epoch === next);
    // None in stream order: otherwise the writer would have to infer from ticks what it may take of an earlier epoch.
    expect(samples.slice(firstOfNext).filter((sample) => sample.epoch === epoch)).toEqual([]);
    expect(notAmong(inSpool, samples)).toEqual([]);
    // Readings of the last second or two before the kill were in memory only.
    expect(samples.filter((sample) => sample.epoch === epoch).length).toBeGreaterThan(answered - 4 * 60);
    for (const { doubled } of ticksOfSamples(samples).values()) expect(doubled).toBe(0);
    expect((await readdir(spoolDir)).filter((name) => name.startsWith('before-'))).toEqual([]);
  });
});
