import { freePort } from '@holdfast/dev/free-port.ts';
import { describe, expect, it } from 'vitest';
import { doubledTicks, missingTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { restClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import { readHistory } from '../verify/read-history.ts';
import { verify } from '../verify/verify.ts';

const sessionsPath = '/api/acquisition/sessions';
const codes = Array.from({ length: 8 }, (_, index) => `press-${index + 1}`);
const untouched = codes.slice(2, 7);

describe('a session that is reconfigured over REST while it runs', () => {
  it('takes a new scale, another period, a device more and one less; the record bears out every promise', async () => {
    const fleet = await fleetForTest(codes, longLease);
    const databaseUrl = await freshDatabase();
    const apiPort = await freePort();
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    await fleet.start('api', { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) });
    await fleet.start('writer', { DATABASE_URL: databaseUrl });
    await fleet.start('supervisor');
    await fleet.collector('c1');
    await eventually(async () => (await rest.get('/health/ready')).status === 200, { what: 'the API' });

    const ids: number[] = [];
    const points: number[] = [];
    for (const { device, host, port, unitId } of fleet.plant.plant.endpoints) {
      const place = { host, port, unit_id: unitId, timeout_ms: 20_000 };
      const { id } = await rest.create('/api/config/devices/', { code: device, ...place });
      const point = { device_id: id, code: 'constant', table: 'holding_register', data_type: 'uint16' };
      points.push((await rest.create('/api/config/points/', { ...point, address: 1 })).id);
      ids.push(id);
    }
    const task = await rest.create('/api/config/tasks/', {
      ...{ code: 'changing', period_ms: 200, device_ids: ids.slice(0, 7) },
    });
    const { session_id: sessionId } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id });
    const { epoch } = await fleet.placed(String(task.id), { on: 'c1' });
    const path = `${sessionsPath}/${sessionId}`;
    const of = async (device: string) =>
      (await fleet.log.samples()).filter((sample) => sample.device === device);
    const readAfter = (device: string, ms: number) =>
      eventually(
        async () => (await of(device)).some(({ tick, period_ms, values }) => tick * period_ms > ms && values),
        { what: `${device} to be read after the change` },
      );
    for (const code of codes.slice(0, 7)) await readAfter(code, 0);

    /** @returns when it is in force */
    const reconfigure = async (body: object = {}): Promise<number> => {
      const done = await eventually(
        async () => {
          const { status, body: answer } = await rest.post(`${path}/reconfigure/`, body);
          return (
            !['reconfiguration_pending', 'broker_unavailable'].includes(answer.code) && { status, answer }
          );
        },
        { what: 'the change before to come into force' },
      );
      expect(done, JSON.stringify(done.answer)).toMatchObject({ status: 200, answer: { is_changed: true } });
      const ms = Date.parse(done.answer.effective_at);
      await readAfter('press-3', ms + 200);
      return ms;
    };
    const edit = async (what: string, body: object) => {
      const { status } = await fetch(`${rest.url}/api/config/${what}/`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(status).toBe(200);
    };
    await edit(`points/${points[0]}`, { scale: 2 });
    const scaledMs = await reconfigure();
    await edit(`points/${points[0]}`, { period_ms: 500 });
    const slowedMs = await reconfigure();
    await readAfter('press-1', slowedMs);
    await edit(`tasks/${task.id}`, { device_ids: ids });
    const addedMs = await reconfigure();
    await edit(`tasks/${task.id}`, { device_ids: ids.filter((id) => id !== ids[1]) });
    const removedMs = await reconfigure();
    const backMs = await reconfigure({ to: 1 });
    await readAfter('press-1', backMs);
    await readAfter('press-2', backMs);
    await rest.create(`${path}/stop/`, {});
    // A collector that lets go has sent all that it read.
    await eventually(async () => (await fleet.log.assignments()) === 0, { what: 'the session to be let go' });
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });

    const samples = await fleet.log.samples();
    const timeOf = ({ tick, period_ms }: { tick: number; period_ms: number }) => tick * period_ms;
    const others = samples.filter(({ device }) => untouched.includes(device));
    expect(missingTicks(others)).toEqual([]);
    expect(doubledTicks(samples)).toEqual([]);
    for (const code of untouched) {
      const requests = fleet.plant.requests.filter(({ device }) => device === code);
      expect(new Set(requests.map(({ connectionId }) => connectionId)).size).toBe(1);
    }
    expect(new Set(samples.map((sample) => sample.epoch))).toEqual(new Set([epoch]));
    // The holder hears of a change after it is in force only where this machine stood still for seconds.
    const scaled = (await of('press-1')).filter(({ values }) => values?.constant === 9_422);
    expect(scaled.length).toBeGreaterThan(0);
    for (const sample of scaled) expect(timeOf(sample)).toBeGreaterThanOrEqual(scaledMs);
    const lengths = new Set((await of('press-1')).map(({ period_ms }) => period_ms));
    expect([...lengths].sort()).toEqual([200, 500]);
    for (const sample of await of('press-1'))
      if (sample.period_ms === 500) expect(timeOf(sample)).toBeGreaterThanOrEqual(slowedMs);
    for (const sample of await of('press-8')) expect(timeOf(sample)).toBeGreaterThanOrEqual(addedMs);
    expect((await of('press-2')).some((sample) => timeOf(sample) < removedMs && sample.values)).toBe(true);

    const verdict = verify(await readHistory({ natsUrl: fleet.nats.url, databaseUrl }), {
      tolerances: { stopMs: 60_000, freshMs: 60_000 },
    });
    expect(verdict.violations).toEqual([]);
    // The newest ticks are accounted for a little later.
    const account = await eventually(
      async () => {
        const { body } = await rest.get(`${path}/completeness/`);
        return Date.parse(body.to) > backMs && body;
      },
      { what: 'the account to reach the last change' },
    );
    expect(account.missing_by_cause.not_arrived ?? 0).toBe(0);
    expect(account.devices.map(({ device }: { device: string }) => device).sort()).toEqual([...codes].sort());
    const slowed = account.devices.find(({ device }: { device: string }) => device === 'press-1');
    // Taking the change back has given it its first period again.
    expect(slowed.period_ms).toBe(200);
    expect(slowed.expected).toBe(slowed.stored + slowed.missing);
    const history = await rest.get(
      `${sessionsPath}/point-history/?session_id=${sessionId}&device=press-8&point_code=constant&start_time=-1h`,
    );
    expect(history.body.results.length).toBeGreaterThan(0);
    const types = await fleet.eventTypes();
    expect(types.filter((type) => type === 'session.reconfigured')).toHaveLength(5);
    expect(types.filter((type) => type === 'session.assigned')).toHaveLength(1);
  });
});
