import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { freePort } from '@holdfast/dev/free-port.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { wallClockOff } from '../faults/faults/turn-clock.ts';
import { evaluate } from '../faults/world/inspector.ts';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { restClient } from '../support/rest-client.ts';
import { longLease } from '../support/service-processes.ts';
import { readHistory } from '../verify/read-history.ts';
import { verify } from '../verify/verify.ts';

const sessionsPath = '/api/acquisition/sessions';
const hourMs = 3_600_000;
const periodMs = 200;
/** A tick that is missing longer than this before its session ends was lost by the holder, not by the ending. */
const endingMs = 2_000;
/** One session of one device each, for each command while the clock is ahead. */
const fates = ['stopped', 'paused', 'changed', 'untouched'] as const;
type Fate = (typeof fates)[number];
const timeOf = ({ tick, period_ms }: Pick<Sample, 'tick' | 'period_ms'>) => tick * period_ms;

/** All services, and the sessions, each of which is being read by the collector `c1`. */
async function acquiring() {
  const fleet = await fleetForTest(fates, longLease);
  const databaseUrl = await freshDatabase();
  const apiPort = await freePort();
  const rest = restClient(`http://127.0.0.1:${apiPort}`);
  await fleet.start('api', { DATABASE_URL: databaseUrl, API_PORT: String(apiPort) });
  await fleet.start('writer', { DATABASE_URL: databaseUrl });
  await fleet.start('supervisor');
  const holder = await fleet.collector('c1', { NODE_OPTIONS: '--inspect=127.0.0.1:0' });
  await eventually(async () => (await rest.get('/health/ready')).status === 200, { what: 'the API' });

  const sessions = new Map<Fate, string>();
  const points = new Map<Fate, number>();
  for (const { device, host, port, unitId } of fleet.plant.plant.endpoints) {
    const place = { host, port, unit_id: unitId, timeout_ms: 20_000 };
    const { id } = await rest.create('/api/config/devices/', { code: device, ...place });
    const point = { device_id: id, code: 'constant', table: 'holding_register', data_type: 'uint16' };
    points.set(device as Fate, (await rest.create('/api/config/points/', { ...point, address: 1 })).id);
    const body = { code: device, period_ms: periodMs, device_ids: [id] };
    const task = await rest.create('/api/config/tasks/', body);
    const { session_id } = await rest.create(`${sessionsPath}/start-task/`, { task_id: task.id });
    sessions.set(device as Fate, session_id);
  }
  const command = (fate: Fate, name: string) =>
    rest.create(`${sessionsPath}/${sessions.get(fate)}/${name}/`, {});
  const readIn = (fate: Fate, isMeant: (sample: Sample) => boolean, what: string) =>
    eventually(
      async () =>
        (await fleet.log.samples()).some(
          (sample) => sample.device === fate && sample.values && isMeant(sample),
        ),
      { what: `the session that is ${fate} to be read ${what}`, intervalMs: 500 },
    );
  const letGo = (count: number) =>
    eventually(async () => (await fleet.log.assignments()) === count, {
      what: `all sessions but ${count} to be let go`,
    });
  return { fleet, rest, databaseUrl, holder, sessions, points, command, readIn, letGo };
}

async function setWallClock(collector: RunningProcess, offsetMs: number): Promise<void> {
  const lines = collector.lastLines(200).map((line) => /^Debugger listening on (ws:\S+)/.exec(line)?.[1]);
  const inspector = lines.find((line) => line !== undefined) ?? 'ws://none';
  expect(await evaluate<number>(inspector, wallClockOff(offsetMs), 20_000)).toBeCloseTo(offsetMs, -3);
}

type World = Awaited<ReturnType<typeof acquiring>>;

describe('sessions whose collector has its clock set an hour ahead', () => {
  it.each<[string, (world: World) => Promise<unknown>]>([
    [
      'until it is set right again, and the collector started anew',
      async ({ fleet, holder }) => {
        await setWallClock(holder, 0);
        await holder.stop();
        return fleet.collector('c1');
      },
    ],
    [
      'until another collector takes them over',
      async ({ fleet, holder }) => {
        await fleet.collector('c2');
        return holder.stop();
      },
    ],
  ])('%s, have a true cause for each missing tick, and none twice', async (_when, end) => {
    const world = await acquiring();
    const { fleet, rest, databaseUrl, holder, sessions, points, command, readIn, letGo } = world;
    for (const fate of fates) await readIn(fate, () => true, 'at all');
    await setWallClock(holder, hourMs);
    const aheadMs = Date.now() + hourMs;
    const isLongAhead = (sample: Sample) => timeOf(sample) > aheadMs + 2 * endingMs;
    for (const fate of fates) await readIn(fate, isLongAhead, 'by the clock ahead for a while');

    await command('stopped', 'stop');
    await command('paused', 'pause');
    const edited = await fetch(`${rest.url}/api/config/points/${points.get('changed')}/`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ period_ms: periodMs / 2 }),
    });
    expect(edited.status).toBe(200);
    expect(await command('changed', 'reconfigure')).toMatchObject({ is_changed: true });
    const isChanged = ({ period_ms }: Sample) => period_ms === periodMs / 2;
    await readIn('changed', isChanged, 'by its new period');
    await letGo(2);

    const rightMs = Date.now();
    await end(world);
    const isRight = (sample: Sample) => timeOf(sample) > rightMs && timeOf(sample) < aheadMs;
    await readIn('changed', (sample) => isRight(sample) && isChanged(sample), 'by the right clock');
    await readIn('untouched', isRight, 'by the right clock');
    await command('paused', 'resume');
    await readIn('paused', isRight, 'by the right clock');
    for (const fate of ['paused', 'changed', 'untouched'] as const) await command(fate, 'stop');
    await letGo(0);
    await eventually(async () => (await fleet.log.unwritten()) === 0, { what: 'all samples to be stored' });
    const stoppedMs = Date.now();

    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
    const { violations } = verify(await readHistory({ natsUrl: fleet.nats.url, databaseUrl }), {
      tolerances: { stopMs: 60_000, freshMs: 60_000, settleMs: 0 },
    });
    expect(violations).toEqual([]);
    for (const [fate, session] of sessions) {
      const account = await eventually(
        async () => {
          const { body } = await rest.get(`${sessionsPath}/${session}/completeness/`);
          return Date.parse(body.to) > stoppedMs && body;
        },
        { what: 'the account to reach the end' },
      );
      const { expected, stored, quarantined, missing, missing_by_cause: causes } = account;
      expect([fate, stored + quarantined + missing]).toEqual([fate, expected]);
      // Nothing was lost after it was read, and nothing is on its way.
      expect([fate, ...Object.keys(causes)]).not.toContain('not_arrived');
      expect([fate, ...Object.keys(causes)]).not.toContain('buffer_full');
      // Ticks that were due while the clock was ahead are missing: others were read instead.
      expect([fate, missing > 0]).toEqual([fate, true]);
      if (fate === 'stopped')
        expect(causes).toMatchObject({ holder_lost: expect.any(Number), session_end: expect.any(Number) });
    }
  });
});
