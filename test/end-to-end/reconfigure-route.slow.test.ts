import { describe, expect, it } from 'vitest';
import { doubledTicks, missingTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { constantPoint, sessionsPath } from '../support/over-rest.ts';
import { longLease } from '../support/service-processes.ts';
import { systemForTest } from '../support/system-for-test.ts';

const codes = Array.from({ length: 8 }, (_, index) => `press-${index + 1}`);
const untouched = codes.slice(2, 7);

describe('a session that is reconfigured over REST while it runs', () => {
  it('takes a new scale, another period, a device more and one less; the record bears out every promise', async () => {
    const fleet = await systemForTest(codes, { lease: longLease });
    const { rest } = fleet;
    const ids: number[] = [];
    const points: number[] = [];
    for (const code of codes) {
      const { id, pointIds } = await fleet.device(code, [constantPoint], { timeout_ms: 20_000 });
      points.push(...pointIds);
      ids.push(id);
    }
    const { taskId, sessionId, path } = await fleet.task({
      ...{ code: 'changing', period_ms: 200, device_ids: ids.slice(0, 7) },
    });
    const { epoch } = await fleet.placed(String(taskId), { on: 'c1' });
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
    const edit = (what: string, body: object) => rest.change(`/api/config/${what}/`, body);
    await edit(`points/${points[0]}`, { scale: 2 });
    const scaledMs = await reconfigure();
    await edit(`points/${points[0]}`, { period_ms: 500 });
    const slowedMs = await reconfigure();
    await readAfter('press-1', slowedMs);
    await edit(`tasks/${taskId}`, { device_ids: ids });
    const addedMs = await reconfigure();
    await edit(`tasks/${taskId}`, { device_ids: ids.filter((id) => id !== ids[1]) });
    const removedMs = await reconfigure();
    const backMs = await reconfigure({ to: 1 });
    await readAfter('press-1', backMs);
    await readAfter('press-2', backMs);
    await rest.create(`${path}/stop/`, {});
    await fleet.letGo();
    await fleet.written();

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

    const verdict = await fleet.judged({ stopMs: 60_000, freshMs: 60_000 });
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
