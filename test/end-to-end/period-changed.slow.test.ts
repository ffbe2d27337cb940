import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { constantPoint } from '../support/over-rest.ts';
import { longLease } from '../support/service-processes.ts';
import { systemForTest } from '../support/system-for-test.ts';

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
  // What a killed writer had in hand comes again soon.
  const fleet = await systemForTest(codes, {
    lease: longLease,
    settings: { writer: { ACK_WAIT_MS: '1500' } },
  });
  const { rest, letGo } = fleet;
  const ids: number[] = [];
  const points: number[] = [];
  for (const code of codes) {
    const { id, pointIds } = await fleet.device(code, [constantPoint], { timeout_ms: 20_000 });
    points.push(...pointIds);
    ids.push(id);
  }
  const { path } = await fleet.task({ code: 'changing', period_ms: taskPeriodMs, device_ids: ids });
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
    await rest.change(`/api/config/points/${points[0]}/`, { period_ms: periodMs });
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
  /** Stops the session, has everything stored, and gives it to the judge. */
  const judge = async (untilMs: number) => {
    await rest.create(`${path}/stop/`, {});
    await letGo();
    await fleet.written();
    const samples = await fleet.log.samples();
    expect(doubledTicks(samples)).toEqual([]);
    const { violations } = await fleet.judged({ stopMs: 60_000, freshMs: 60_000, settleMs: 0 });
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
  return { fleet, rest, path, readAfter, letGo, changeTo, judged: judge };
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
    const { changeTo, readAfter, judged: judge, fleet } = await changing();
    const fromMs = await changeTo(1_000);
    await eventually(() => Date.now() >= fromMs + afterMs, { what: 'the moment to kill it', intervalMs: 5 });
    await fleet.killAndRestart(service);
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
