import { freePort } from '@holdfast/dev/free-port.ts';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { restClient } from '../support/rest-client.ts';
import { readHistory } from '../verify/read-history.ts';
import { verify } from '../verify/verify.ts';

const sessionsPath = '/api/acquisition/sessions';

describe('points of different rates, some of which are sent only when they change', () => {
  it('are read when they are due, stored when they say something, and every tick is accounted for', async () => {
    const fleet = await fleetForTest(['mixed', 'quiet']);
    const databaseUrl = await freshDatabase();
    const apiPort = await freePort();
    const rest = restClient(`http://127.0.0.1:${apiPort}`);
    await fleet.start('api', { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) });
    await fleet.start('writer', { DATABASE_URL: databaseUrl });
    await fleet.start('supervisor');
    await fleet.collector('c1');
    await eventually(async () => (await rest.get('/health/ready')).status === 200, { what: 'the API' });

    const deviceIds: number[] = [];
    for (const { device, host, port, unitId } of fleet.plant.plant.endpoints) {
      const created = await rest.create('/api/config/devices/', {
        code: device,
        host,
        port,
        unit_id: unitId,
        // No request may run out of time, however busy the machine is.
        timeout_ms: 10_000,
      });
      deviceIds.push(created.id);
      const point = { device_id: created.id, table: 'holding_register', data_type: 'uint16' };
      const report = { heartbeat_ms: 60_000 };
      await rest.create('/api/config/points/', { ...point, code: 'constant', address: 1, report });
      if (device !== 'mixed') continue;
      await rest.create('/api/config/points/', { ...point, code: 'count', address: 0, period_ms: 250 });
      // Registers from 2 on are not there.
      await rest.create('/api/config/points/', { ...point, code: 'absent', address: 2, period_ms: 1_000 });
    }
    const task = await rest.create('/api/config/tasks/', {
      code: 'rates',
      period_ms: 500,
      device_ids: deviceIds,
    });
    const { session_id: sessionId } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id });
    const samplesOf = async (device: string) =>
      (await fleet.log.samples()).filter((sample) => sample.device === device);
    // A busy machine may leave ticks out.
    const readOf = async (device: string) =>
      (await samplesOf(device)).filter(({ miss }) => miss?.cause !== 'overrun');
    await eventually(
      async () => (await readOf('quiet')).length >= 8 && (await readOf('mixed')).length >= 16,
      { what: 'some ticks' },
    );
    const path = `${sessionsPath}/${sessionId}`;
    await eventually(
      async () => {
        const { device_health } = (await rest.get(`${path}/status/`)).body.metadata;
        return device_health.mixed?.learned?.length === 1 && device_health;
      },
      { what: 'the session to tell what it has learned' },
    );
    await rest.create(`${path}/stop/`, {});
    await eventually(async () => (await fleet.log.assignments()) === 0, { what: 'the session to be let go' });
    await eventually(async () => (await fleet.log.unwritten()) === 0, {
      what: 'every sample to be in the database',
    });

    const mixed = await samplesOf('mixed');
    // Points that were due in a tick that was left out are read in the next one.
    let unreadSince = mixed[0]?.tick ?? 0;
    for (const { tick, period_ms, time, values, miss } of mixed) {
      if (values === undefined) continue;
      expect({ period_ms, time }).toEqual({ period_ms: 250, time: tick * 250 });
      expect('count' in values).toBe(true);
      const isDue = Math.floor(tick / 4) > Math.floor((unreadSince - 1) / 4);
      expect(miss !== undefined, `tick ${tick}`).toBe(isDue);
      unreadSince = tick + 1;
    }
    // Once, although it was read at every second tick.
    expect(mixed.filter(({ values }) => values && 'constant' in values)).toHaveLength(1);
    const [first, ...unchanged] = await readOf('quiet');
    expect(first).toMatchObject({ values: { constant: 4711 } });
    expect(unchanged.length).toBeGreaterThan(3);
    for (const sample of unchanged) {
      expect(sample).not.toHaveProperty('values');
    }

    // All is written, but ticks and events are judged only once they are of some age.
    const judge = async () =>
      verify(await readHistory({ natsUrl: fleet.nats.url, databaseUrl }), {
        tolerances: { settleMs: 5_000 },
      });
    const { ticks, violations } = await eventually(
      async () => {
        const verdict = await judge();
        return verdict.ticks.stored > 20 && verdict;
      },
      { what: 'more than 20 ticks to be judged' },
    );
    expect(violations).toEqual([]);
    expect(ticks.quarantined).toBe(0);
    const { body } = await rest.get(`${path}/completeness/?to=now`);
    expect(body.devices).toMatchObject([
      { device: 'mixed', period_ms: 250 },
      { device: 'quiet', period_ms: 500 },
    ]);
    // A busy machine may leave ticks out; nothing else may be missing.
    const causes = Object.keys(body.missing_by_cause);
    expect(causes.filter((cause) => !['waiting', 'session_end', 'overrun'].includes(cause))).toEqual([]);
  });
});
