import { freePort } from '@holdfast/dev/free-port.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { restClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import { readHistory } from '../verify/read-history.ts';
import { verify } from '../verify/verify.ts';

const sessionsPath = '/api/acquisition/sessions';
const codes = ['press-1', 'press-2', 'press-3'];
/** Period of the devices that no change touches. */
const taskPeriodMs = 100;
const timeOf = ({ tick, period_ms }: Pick<Sample, 'tick' | 'period_ms'>) => tick * period_ms;

interface CountedDevice {
  readonly device: string;
  readonly stored: number;
  readonly quarantined: number;
  readonly unscheduled: number;
  readonly missing_by_cause: Readonly<Record<string, number>>;
}

/** All services, and a session that reads three devices ten times a second; the first one's period is changed. */
async function changing() {
  const fleet = await fleetForTest(codes, longLease);
  const databaseUrl = await freshDatabase();
  const apiPort = await freePort();
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  const settings = {
    api: { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) },
    // What a killed writer had in hand comes again soon.
    writer: { DATABASE_URL: databaseUrl, ACK_WAIT_MS: '1500' },
    supervisor: {},
    collector: { COLLECTOR_ID: 'c1' },
  } as const;
  type Service = keyof typeof settings;
  const processes = new Map<Service, Awaited<ReturnType<typeof fleet.start>>>();
  const begin = async (service: Service) =>
    processes.set(service, await fleet.start(service, { ...settings[service] }));
  for (const service of ['api', 'writer', 'supervisor', 'collector'] as const) await begin(service);
  const isReady = () =>
    eventually(async () => (await rest.get('/health/ready')).status === 200, { what: 'the API' });
  await isReady();

  const ids: number[] = [];
  const points: number[] = [];
  for (const { device, host, port, unitId } of fleet.plant.plant.endpoints) {
    const place = { host, port, unit_id: unitId, timeout_ms: 20_000 };
    const { id } = await rest.create('/api/config/devices/', { code: device, ...place });
    const point = { device_id: id, code: 'constant', table: 'holding_register', data_type: 'uint16' };
    points.push((await rest.create('/api/config/points/', { ...point, address: 1 })).id);
    ids.push(id);
  }
  const body = { code: 'changing', period_ms: taskPeriodMs, device_ids: ids };
  const task = await rest.create('/api/config/tasks/', body);
  const { session_id: sessionId } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id });
  const path = `${sessionsPath}/${sessionId}`;
  const of = async (device: string) =>
    (await fleet.log.samples()).filter((sample) => sample.device === device);
  const readAfter = (device: string, ms: number, period_ms?: number) =>
    eventually(
      async () =>
        (await of(device)).some(
          (sample) =>
            timeOf(sample) > ms &&
            sample.values &&
            (period_ms === undefined || sample.period_ms === period_ms),
        ),
      { what: `${device} to be read after ${new Date(ms).toISOString()}`, intervalMs: 500 },
    );
  for (const code of codes) await readAfter(code, 0);

  /** @returns when it is in force */
  const changeTo = async (periodMs: number): Promise<number> => {
    const edited = await fetch(`${rest.url}/api/config/points/${points[0]}/`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ period_ms: periodMs }),
    });
    expect(edited.status).toBe(200);
    const done = await eventually(
      async () => {
        const { status, body: answer } = await rest.post(`${path}/reconfigure/`, {});
        return !['reconfiguration_pending', 'broker_unavailable'].includes(answer.code) && { status, answer };
      },
      { what: 'the change before to come into force' },
    );
    expect(done, JSON.stringify(done.answer)).toMatchObject({ status: 200, answer: { is_changed: true } });
    return Date.parse(done.answer.effective_at);
  };
  const letGo = () =>
    eventually(async () => (await fleet.log.assignments()) === 0, { what: 'the session to be let go' });
  /** Stops the session, has everything stored, and gives it to the judge. */
  const judge = async (untilMs: number) => {
    await rest.create(`${path}/stop/`, {});
    await letGo();
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });
    const samples = await fleet.log.samples();
    expect(doubledTicks(samples)).toEqual([]);
    const { violations } = verify(await readHistory({ natsUrl: fleet.nats.url, databaseUrl }), {
      tolerances: { stopMs: 60_000, freshMs: 60_000, settleMs: 0 },
    });
    expect(violations).toEqual([]);
    const account = await eventually(
      async () => {
        const { body: completeness } = await rest.get(`${path}/completeness/`);
        return Date.parse(completeness.to) > untilMs && completeness;
      },
      { what: 'the account to reach the last change' },
    );
    const devices: readonly CountedDevice[] = account.devices;
    for (const { device, stored, quarantined, unscheduled } of devices) {
      // The account ends a little before now.
      const readings = samples.filter(
        (sample) => sample.device === device && sample.values && timeOf(sample) < Date.parse(account.to),
      );
      const ticks = new Set(readings.map(({ tick, period_ms }) => `${tick} of ${period_ms}`));
      expect(stored + quarantined + unscheduled, device).toBe(ticks.size);
    }
    return { samples, devices };
  };
  const kill = async (service: Service): Promise<void> => {
    await processes.get(service)?.kill();
    await begin(service);
    if (service === 'api') await isReady();
  };
  return { fleet, rest, path, readAfter, letGo, changeTo, kill, judged: judge };
}

describe('a device whose period is changed while its session runs', () => {
  it('is read by one period after the other, to and fro, and each tick is accounted for', async () => {
    const { changeTo, readAfter, judged: judge } = await changing();
    let fromMs = 0;
    const legs: [number, number][] = [[0, taskPeriodMs]];
    for (const periodMs of [1_000, 100, 250]) {
      fromMs = await changeTo(periodMs);
      legs.push([fromMs, periodMs]);
      await readAfter('press-1', fromMs + 1_500, periodMs);
    }
    const { samples, devices } = await judge(fromMs);
    expect(devices.map(({ device, missing_by_cause: { not_arrived = 0 } }) => [device, not_arrived])).toEqual(
      codes.map((code) => [code, 0]),
    );
    // A holder that hears of a change late goes on by the former period, then takes the new one: never both by turns.
    const readings = samples.filter(({ device, values }) => device === 'press-1' && values);
    const inOrder = readings.toSorted((one, other) => timeOf(one) - timeOf(other));
    const begins = inOrder.filter(({ period_ms }, index) => period_ms !== inOrder[index - 1]?.period_ms);
    expect(begins.map(({ period_ms }) => period_ms)).toEqual(legs.map(([, periodMs]) => periodMs));
    for (const [index, first] of begins.entries())
      expect(timeOf(first)).toBeGreaterThanOrEqual(legs[index]?.[0] ?? 0);
  });

  it('is read by the new one from the moment on in which a paused session goes on', async () => {
    const { rest, path, letGo, changeTo, readAfter, judged: judge } = await changing();
    await rest.create(`${path}/pause/`, {});
    await letGo();
    const fromMs = await changeTo(1_000);
    await rest.create(`${path}/resume/`, {});
    await readAfter('press-1', fromMs + 1_000, 1_000);
    const { samples, devices } = await judge(fromMs);
    const late = samples.filter((sample) => sample.device === 'press-1' && timeOf(sample) >= fromMs);
    expect(new Set(late.map(({ period_ms }) => period_ms))).toEqual(new Set([1_000]));
    for (const { missing_by_cause: causes } of devices) {
      expect(Object.keys(causes)).not.toContain('not_arrived');
      expect(Object.keys(causes)).not.toContain('reconfiguration');
    }
  });

  it.each([
    ['collector', -700],
    ['collector', 0],
    ['collector', 400],
    ['api', 0],
    ['supervisor', 0],
    ['writer', 0],
  ] as const)('while the %s is killed %d ms after it was to be in force', async (service, afterMs) => {
    const { changeTo, readAfter, kill, judged: judge, fleet } = await changing();
    const fromMs = await changeTo(1_000);
    await eventually(() => Date.now() >= fromMs + afterMs, { what: 'the moment to kill it', intervalMs: 5 });
    await kill(service);
    for (const code of codes) await readAfter(code, Math.max(Date.now(), fromMs) + 1_000);
    const { samples, devices } = await judge(fromMs);
    const changed = samples.filter(({ device, values }) => device === 'press-1' && values);
    expect(changed.some(({ period_ms }) => period_ms === 1_000)).toBe(true);
    for (const sample of changed)
      if (sample.period_ms === 1_000) expect(timeOf(sample)).toBeGreaterThanOrEqual(fromMs);
    const types = await fleet.eventTypes();
    expect(types.filter((type) => type === 'session.assigned')).toHaveLength(1);
    // Ticks that other devices miss are no fault of the change.
    for (const { device, missing_by_cause: causes } of devices) {
      expect(Object.keys(causes)).not.toContain('not_arrived');
      if (device !== 'press-1') expect(Object.keys(causes)).not.toContain('reconfiguration');
    }
  });
});
