import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { describe, expect, it } from 'vitest';
import { wallClockOff } from '../faults/faults/turn-clock.ts';
import { doubledTicks } from '../support/doubled-ticks.ts';
import { eventually } from '../support/eventually.ts';
import { constantPoint, sessionsPath } from '../support/over-rest.ts';
import { longLease } from '../support/service-processes.ts';
import { systemForTest } from '../support/system-for-test.ts';
import { evaluate } from '../world/inspector.ts';

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
  const fleet = await systemForTest(fates, {
    ...{ lease: longLease, settings: { collector: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } } },
  });
  const { rest, letGo } = fleet;
  const sessions = new Map<Fate, string>();
  const points = new Map<Fate, number | undefined>();
  for (const fate of fates) {
    const { id, pointIds } = await fleet.device(fate, [constantPoint], { timeout_ms: 20_000 });
    points.set(fate, pointIds[0]);
    const task = await fleet.task({ code: fate, period_ms: periodMs, device_ids: [id] });
    sessions.set(fate, task.sessionId);
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
  return { fleet, rest, holder: fleet.process('collector'), sessions, points, command, readIn, letGo };
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
    const { fleet, rest, holder, sessions, points, command, readIn, letGo } = world;
    for (const fate of fates) await readIn(fate, () => true, 'at all');
    await setWallClock(holder, hourMs);
    const aheadMs = Date.now() + hourMs;
    const isLongAhead = (sample: Sample) => timeOf(sample) > aheadMs + 2 * endingMs;
    for (const fate of fates) await readIn(fate, isLongAhead, 'by the clock ahead for a while');

    await command('stopped', 'stop');
    await command('paused', 'pause');
    await rest.change(`/api/config/points/${points.get('changed')}/`, { period_ms: periodMs / 2 });
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
    await letGo();
    await fleet.written();
    const stoppedMs = Date.now();

    expect(doubledTicks(await fleet.log.samples())).toEqual([]);
    const { violations } = await fleet.judged({ stopMs: 60_000, freshMs: 60_000, settleMs: 0 });
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
