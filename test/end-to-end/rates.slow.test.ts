import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { constantPoint, countPoint } from '../support/over-rest.ts';
import { systemForTest } from '../support/system-for-test.ts';

describe('points of different rates, some of which are sent only when they change', () => {
  it('are read when they are due, stored when they say something, and every tick is accounted for', async () => {
    const fleet = await systemForTest(['mixed', 'quiet']);
    const { rest } = fleet;
    // No request may run out of time, however busy the machine is.
    const patient = { timeout_ms: 10_000 };
    const reported = { ...constantPoint, report: { heartbeat_ms: 60_000 } };
    const mixedDevice = await fleet.device(
      'mixed',
      [
        reported,
        { ...countPoint, period_ms: 250 },
        // Registers from 2 on are not there.
        { ...countPoint, code: 'absent', address: 2, period_ms: 1_000 },
      ],
      patient,
    );
    const quietDevice = await fleet.device('quiet', [reported], patient);
    const { path } = await fleet.task({
      ...{ code: 'rates', period_ms: 500, device_ids: [mixedDevice.id, quietDevice.id] },
    });
    const samplesOf = async (device: string) =>
      (await fleet.log.samples()).filter((sample) => sample.device === device);
    // A busy machine may leave ticks out.
    const readOf = async (device: string) =>
      (await samplesOf(device)).filter(({ miss }) => miss?.cause !== 'overrun');
    await eventually(
      async () => (await readOf('quiet')).length >= 8 && (await readOf('mixed')).length >= 16,
      { what: 'some ticks' },
    );
    await eventually(
      async () => {
        const { device_health } = (await rest.get(`${path}/status/`)).body.metadata;
        return device_health.mixed?.learned?.length === 1 && device_health;
      },
      { what: 'the session to tell what it has learned' },
    );
    await rest.create(`${path}/stop/`, {});
    await fleet.letGo();
    await fleet.written();

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
    const { ticks, violations } = await eventually(
      async () => {
        const verdict = await fleet.judged({ settleMs: 5_000 });
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
