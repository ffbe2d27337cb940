import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { describe, expect, it } from 'vitest';
import { doubledTicks, missingTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { type FleetForTest, fleetForTest } from '../support/fleet-for-test.ts';
import { longLease } from '../support/service-processes.ts';

const codes = Array.from({ length: 41 }, (_, index) => `press-${index + 1}`);
const untouched = codes.slice(3, 40);
/** Long enough for a machine that has much else to do. */
const timeoutMs = 20_000;

type Device = TaskConfig['devices'][number];

/** The scale of a value shows the version by which it was read. */
const scaled = (device: Device, scale: number, periodMs?: number): Device => ({
  ...device,
  points: device.points.map((point) => ({
    ...point,
    scale,
    ...(periodMs === undefined ? {} : { period_ms: periodMs }),
  })),
});

function versionOf({ values }: Sample): number | undefined {
  const { constant } = values ?? {};
  return typeof constant === 'number' ? constant / 4_711 : undefined;
}

async function running(fleet: FleetForTest, devices: readonly string[]) {
  await fleet.start('supervisor');
  const collector = await fleet.collector('c1');
  const config = fleet.plant.config({ taskId: '1', devices: [...devices], periodMs: 100, timeoutMs });
  const sessionId = await fleet.log.start(config);
  const { epoch } = await fleet.placed('1', { on: 'c1' });
  const of = async (device: string) =>
    (await fleet.log.samples()).filter((sample) => sample.device === device);
  // A look reads all samples: many of them would keep this machine from reading devices.
  const intervalMs = 500;
  await eventually(async () => (await of(devices.at(-1) ?? '')).length > 0, {
    what: 'the last device to be read',
    intervalMs,
  });
  const readOnAfter = (device: string, ms: number) =>
    eventually(
      async () => (await of(device)).some(({ tick, period_ms, values }) => tick * period_ms > ms && values),
      { what: `${device} to be read after the change`, intervalMs },
    );
  /** A collector that lets go has sent all that it read. */
  const stop = async () => {
    await fleet.log.stop(sessionId);
    await eventually(async () => (await fleet.log.assignments()) === 0, { what: 'the session to be let go' });
    return fleet.log.samples();
  };
  return { config, sessionId, epoch, collector, of, readOnAfter, stop };
}

describe('a session of 40 devices that are read ten times a second', () => {
  it('takes a new scale, a new device, one less and another period, and the others notice nothing', async () => {
    const fleet = await fleetForTest(codes, longLease);
    const { config, sessionId, epoch, readOnAfter, stop } = await running(fleet, codes.slice(0, 40));
    const all = fleet.plant.config({ taskId: '1', devices: codes, periodMs: 100, timeoutMs });
    let devices = config.devices;
    let version = 1;
    const changeTo = async (next: Device[]) => {
      devices = next;
      version += 1;
      const fromMs = await fleet.log.reconfigure(sessionId, { ...config, config_version: version, devices });
      await readOnAfter('press-40', fromMs + 500);
      return fromMs;
    };
    const scaledMs = await changeTo(
      devices.map((each) => (each.code === 'press-1' ? scaled(each, 2) : each)),
    );
    const addedMs = await changeTo([...devices, all.devices.at(-1) as Device]);
    const removedMs = await changeTo(devices.filter(({ code }) => code !== 'press-2'));
    const slowedMs = await changeTo(
      devices.map((each) => (each.code === 'press-3' ? scaled(each, 3, 250) : each)),
    );
    await readOnAfter('press-1', scaledMs);
    await readOnAfter('press-41', addedMs);
    await readOnAfter('press-3', slowedMs);
    const samples = await stop();
    const of = (device: string) => samples.filter((sample) => sample.device === device);
    const others = samples.filter(({ device }) => untouched.includes(device));
    expect(new Set(others.map(({ device }) => device)).size).toBe(37);
    expect(missingTicks(others)).toEqual([]);
    expect(doubledTicks(samples)).toEqual([]);
    for (const code of untouched) {
      const requests = fleet.plant.requests.filter(({ device }) => device === code);
      expect(new Set(requests.map(({ connectionId }) => connectionId)).size).toBe(1);
      expect(
        new Set(others.filter(({ device }) => device === code).map((each) => each.since_tick)).size,
      ).toBe(1);
    }
    expect(new Set(samples.map((sample) => sample.epoch))).toEqual(new Set([epoch]));
    const timeOf = ({ tick, period_ms }: Sample) => tick * period_ms;
    // No value is read by a version before its time.
    for (const sample of of('press-1'))
      if (versionOf(sample) === 2) expect(timeOf(sample)).toBeGreaterThanOrEqual(scaledMs);
    for (const sample of of('press-41')) expect(timeOf(sample)).toBeGreaterThanOrEqual(addedMs);
    for (const sample of of('press-3')) {
      expect(sample.period_ms).toBe(versionOf(sample) === 3 ? 250 : sample.period_ms);
      if (sample.period_ms === 250) expect(timeOf(sample)).toBeGreaterThanOrEqual(slowedMs);
    }
    const stillRead = of('press-2').filter((sample) => timeOf(sample) > removedMs + 30_000);
    expect(stillRead).toEqual([]);
    expect((await fleet.eventTypes()).filter((type) => type === 'session.assigned')).toHaveLength(1);
  });
});

describe('a collector that is killed while a change is to come into force', () => {
  it.each([
    ['before it is', -1_200],
    ['in that very moment', 0],
    ['right after it was', 300],
  ])('%s goes on by both versions, each in its time', async (_when, afterMs) => {
    const fleet = await fleetForTest(['press-1', 'press-2'], longLease);
    const { config, sessionId, collector, readOnAfter, stop } = await running(fleet, ['press-1', 'press-2']);
    const devices = config.devices.map((each) => (each.code === 'press-1' ? scaled(each, 2, 250) : each));
    const fromMs = await fleet.log.reconfigure(sessionId, { ...config, config_version: 2, devices });
    await eventually(() => Date.now() >= fromMs + afterMs, { what: 'the moment to kill it', intervalMs: 5 });
    await collector.kill();
    await fleet.collector('c1');
    // The device may be back before the change is in force.
    await readOnAfter('press-1', Math.max(Date.now(), fromMs));
    await readOnAfter('press-2', Math.max(Date.now(), fromMs));
    const samples = await stop();
    const of = (device: string) => samples.filter((sample) => sample.device === device);
    expect(doubledTicks(samples)).toEqual([]);
    for (const sample of of('press-1')) {
      if (versionOf(sample) === 2) expect(sample.tick * sample.period_ms).toBeGreaterThanOrEqual(fromMs);
      if (versionOf(sample)) expect(sample.period_ms).toBe(versionOf(sample) === 2 ? 250 : 100);
    }
    expect(of('press-1').map(versionOf)).toContain(2);
    expect(
      of('press-2')
        .map(versionOf)
        .filter((version) => version !== undefined && version !== 1),
    ).toEqual([]);
    expect((await fleet.eventTypes()).filter((type) => type === 'session.assigned')).toHaveLength(1);
  });
});

describe('a change that the collector cannot follow', () => {
  it('is taken back: the session goes on as before, under the same epoch', async () => {
    const fleet = await fleetForTest(['press-1'], longLease);
    const { config, sessionId, epoch, of, stop } = await running(fleet, ['press-1']);
    const devices = config.devices.map((each) => scaled(each, 2));
    await fleet.log.changeToMissing(sessionId, { ...config, config_version: 2, devices });
    await eventually(
      async () => {
        const { session } = await fleet.log.task('1');
        return session.status === 'running' && session.session.configVersion === 1;
      },
      { what: 'the supervisor to take the change back' },
    );
    const sinceMs = Date.now();
    await eventually(async () => (await of('press-1')).some(({ time, values }) => time > sinceMs && values), {
      what: 'the session to be read on',
    });
    const samples = await stop();
    expect(missingTicks(samples)).toEqual([]);
    expect(new Set(samples.map((sample) => sample.epoch))).toEqual(new Set([epoch]));
    expect(new Set(samples.map(versionOf).filter((version) => version !== undefined))).toEqual(new Set([1]));
  });
});
