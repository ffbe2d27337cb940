import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { countTicks } from '@holdfast/shared/domain/gaps/tick-ranges.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { logOf } from '../support/service-processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ticksOfSamples } from '../support/ticks-of-samples.ts';
import { notAmong, segmentsIn, spooledIn } from './spooled-samples.ts';

const devices = Array.from({ length: 12 }, (_, index) => `press-${index + 1}`);
/** Long enough to poll on while the broker is down. */
const patientLease = { LEASE_TTL_MS: '60000', LEASE_RENEW_MS: '500' };

describe('samples while the broker does not take them', () => {
  let fleet: FleetForTest;
  let collector: RunningProcess;
  let spoolDir: string;
  let task = 0;
  let sessionId: string;

  const startCollector = async (settings: Record<string, string> = {}) => {
    collector = await fleet.collector('c1', { ...patientLease, SPOOL_DIR: spoolDir, ...settings });
  };
  const samplesOfSession = async () =>
    (await fleet.log.samples()).filter(({ session }) => session === sessionId);
  const isSaid = (what: string) => logOf(collector).some((line) => line.includes(what));
  const untilLogged = (what: string) =>
    eventually(() => isSaid(what), { what: `the collector to say "${what}"` });
  const spooled = (atLeast: number) =>
    eventually(async () => (await spooledIn(spoolDir)).filter(({ values }) => values).length >= atLeast, {
      what: `${atLeast} samples with values in the spool`,
      intervalMs: 100,
    });
  const nothingSpooled = () =>
    eventually(async () => (await segmentsIn(spoolDir)).length === 0, {
      what: 'the spool to be drained',
    });
  /** Starts a collector with these settings and a session over all devices, and waits for samples of each. */
  const begin = async (settings: Record<string, string>, periodMs = 50, spoolIn?: string) => {
    spoolDir = spoolIn ?? (await temporaryFolder('spool'));
    await startCollector(settings);
    task += 1;
    sessionId = await fleet.log.start(
      fleet.plant.config({ taskId: String(task), devices: [...devices], periodMs, timeoutMs: 10_000 }),
    );
    await eventually(
      async () => new Set((await samplesOfSession()).map(({ device }) => device)).size === 12,
      {
        what: 'samples of every device',
        intervalMs: 100,
      },
    );
  };
  /** Stops the session and waits until nothing of it is on its way any more. */
  const end = async () => {
    // A stop is not repeated, so it is not sent before the broker answers.
    await eventually(() => fleet.log.task(String(task)), { what: 'the broker to answer' });
    // A restarted collector may not have taken the session up yet, and would say nothing of its end.
    await untilLogged('session is being polled');
    await fleet.log.stop(sessionId);
    await untilLogged('session is over for this collector');
    await nothingSpooled();
    await collector.stop();
    return ticksOfSamples(await samplesOfSession());
  };

  beforeAll(async () => {
    fleet = await fleetForTest(devices);
    await fleet.start('supervisor', patientLease);
  });

  it('wait on disk when the broker is killed, and are there afterwards, none lost and none doubled', async () => {
    await begin({ SAMPLE_BUFFER_MAX: '400' });
    const requestsBefore = fleet.plant.requests.length;
    await fleet.nats.kill();
    await spooled(600);
    const askedMeanwhile = fleet.plant.requests.length - requestsBefore;
    await fleet.nats.restart();
    await untilLogged('all samples that waited are with the broker');
    const ticks = await end();
    expect(ticks.size).toBe(devices.length);
    for (const { all, declaredLost, doubled } of ticks.values()) {
      expect({ ranges: all.length, lost: declaredLost.length, doubled }).toEqual({
        ranges: 1,
        lost: 0,
        doubled: 0,
      });
    }
    // Polling went on, and there is a sample for everything that the plant answered.
    expect(askedMeanwhile).toBeGreaterThan(500);
    for (const device of devices) {
      const requestCount = fleet.plant.requests.filter((request) => request.device === device).length;
      const readings = (await samplesOfSession()).filter(
        (sample) => sample.device === device && sample.values,
      );
      expect(readings.length).toBe(requestCount);
    }
  });

  it('arrive after a kill -9 of the collector, all that were in its spool, with a torn record cut off', async () => {
    await begin({ SAMPLE_BUFFER_MAX: '400' });
    await fleet.nats.kill();
    await spooled(500);
    await collector.kill();
    const inSpool = await spooledIn(spoolDir);
    expect(inSpool.length).toBeGreaterThanOrEqual(500);
    await appendFile((await segmentsIn(spoolDir)).at(-1) ?? '', Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 123]));
    await fleet.nats.restart();
    await startCollector();
    await untilLogged('an earlier process left samples in the spool');
    await nothingSpooled();
    const ticks = await end();
    expect(notAmong(inSpool, await samplesOfSession())).toEqual([]);
    for (const { doubled } of ticks.values()) expect(doubled).toBe(0);
  });

  it('arrive also when the collector comes back with its spool switched off', async () => {
    await begin({ SAMPLE_BUFFER_MAX: '400' });
    await fleet.nats.kill();
    await spooled(300);
    await collector.kill();
    const inSpool = await spooledIn(spoolDir);
    await fleet.nats.restart();
    await startCollector({ SPOOL_MAX_BYTES: '0' });
    await nothingSpooled();
    const ticks = await end();
    expect(notAmong(inSpool, await samplesOfSession())).toEqual([]);
    for (const { doubled } of ticks.values()) expect(doubled).toBe(0);
  });

  it('beyond the bound of the spool become gaps, the oldest first, and every tick is accounted for', async () => {
    await begin({ SAMPLE_BUFFER_MAX: '400', SPOOL_MAX_BYTES: '1048576' }, 20);
    await fleet.nats.kill();
    await untilLogged('the sample buffer is full');
    await fleet.nats.restart();
    await untilLogged('all samples that waited are with the broker');
    const ticks = await end();
    for (const { all, declaredLost, overlapping, doubled } of ticks.values()) {
      expect({ ranges: all.length, overlapping, doubled }).toEqual({ ranges: 1, overlapping: 0, doubled: 0 });
      // The oldest ticks of the outage. While the spool is drained it may be full once more, which makes a piece of its own.
      expect(countTicks(declaredLost)).toBeGreaterThan(0);
    }
  });

  it('that were lost are declared also when the collector was killed before it could tell', async () => {
    await begin({ SAMPLE_BUFFER_MAX: '400', SPOOL_MAX_BYTES: '1048576' }, 20);
    await fleet.nats.kill();
    // The segment goes only once that is on record.
    await eventually(
      async () => (await readdir(spoolDir, { recursive: true })).some((file) => file.endsWith('lost.json')),
      { what: 'a record of what was lost' },
    );
    await collector.kill();
    const inSpool = await spooledIn(spoolDir);
    await fleet.nats.restart();
    await startCollector();
    await untilLogged('an earlier process left samples in the spool');
    await nothingSpooled();
    const ticks = await end();
    for (const [device, { declaredLost, all }] of ticks) {
      expect(countTicks(declaredLost)).toBeGreaterThan(0);
      // From the beginning up to the last one that was on disk: no hole but the one that the kill made.
      const last = Math.max(...inSpool.filter((sample) => sample.device === device).map(({ tick }) => tick));
      expect(all[0]?.to).toBeGreaterThanOrEqual(last);
    }
  });

  it('are lost by count when the disk is full too, and polling goes on', async ({ skip }) => {
    const disk = join(await temporaryFolder('full-disk'), 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'pipe' });
    } catch {
      skip('no right to mount a small disk here');
    }
    cleanUpAfterFile(async () => void execFileSync('umount', ['--lazy', disk]));
    await begin({ SAMPLE_BUFFER_MAX: '400' }, 20, disk);
    const requestsBefore = fleet.plant.requests.length;
    await fleet.nats.kill();
    await untilLogged('the spool cannot be written');
    await untilLogged('the sample buffer is full');
    // An overrun tick fills the buffer too, without a request: those still to come are waited for.
    const whenFull = fleet.plant.requests.length;
    await eventually(() => fleet.plant.requests.length > requestsBefore + 700, {
      what: '700 requests since the broker is unavailable',
    });
    await eventually(
      () => new Set(fleet.plant.requests.slice(whenFull).map(({ device }) => device)).size === devices.length,
      { what: 'a request to each device since the buffer is full' },
    );
    await fleet.nats.restart();
    await untilLogged('all samples that waited are with the broker');
    const ticks = await end();
    for (const { all, overlapping, doubled } of ticks.values()) {
      expect({ ranges: all.length, overlapping, doubled }).toEqual({ ranges: 1, overlapping: 0, doubled: 0 });
    }
  });
});
