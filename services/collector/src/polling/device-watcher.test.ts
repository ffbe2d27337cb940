import { pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { Changes } from '@holdfast/shared/contracts/sample/changes.ts';
import { sampleMessageId } from '@holdfast/shared/contracts/sample/sample.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { mostChanges } from '../samples/tick-changes.ts';
import { startMs, WatchedWorld } from './testing/watched-world.ts';

describe('a watched device', () => {
  it('is forgotten at its source when it leaves its session or that is over, not when its holder goes', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    await world.stop();
    expect(world.source.forgets).toBe(0);
    await world.runner.forgetAtSources();
    expect(world.source.forgets).toBe(1);
    const other = new WatchedWorld();
    await other.time.advance(500);
    const without = { ...other.config, config_version: 2, devices: [] };
    await other.time.until(other.runner.reconfigure(without, startMs + 2_000));
    expect(other.source.forgets).toBe(0);
    await other.time.advance(2_000);
    expect(other.source.forgets).toBe(1);
    await other.stop();
  });

  it('says once, of the first watch that is open, that its source has kept what it had to tell', async () => {
    const world = new WatchedWorld({ source: { isThere: false, hasKept: true } });
    await world.time.advance(2_500);
    world.source.isThere = true;
    await world.time.advance(3_000);
    world.source.goAway('the broker closed the connection');
    world.source.isThere = true;
    await world.time.advance(3_000);
    await world.stop();
    const whole = world.samples.filter(({ part }) => part === undefined);
    const first = startMs / 1_000;
    const keptBySource = whole.filter(({ source_kept }) => source_kept);
    expect(keptBySource.map(({ since_tick }) => since_tick)).toEqual([first]);
    expect(keptBySource[0]?.tick).toBe(whole.find(({ miss }) => !miss)?.tick);
    expect(whole.filter(({ miss }) => miss).map(({ tick }) => tick - first)).toContain(0);

    const other = new WatchedWorld();
    await other.time.advance(1_500);
    other.source.hasKept = true;
    other.source.goAway('the broker closed the connection');
    other.source.isThere = true;
    await other.time.advance(3_000);
    await other.stop();
    expect(other.samples.filter(({ source_kept }) => source_kept)).toEqual([]);
  });

  it('keeps all values that its source gives for one time, each in one place however often it comes', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    const tell = (value: number) => {
      world.source.sink?.sourceTime(startMs + 200);
      world.source.sink?.number(0, value, 0);
    };
    for (const value of [20, 21, 22]) tell(value);
    await world.time.advance(1_000);
    // The broker did not get the acknowledgement.
    for (const value of [20, 21]) tell(value);
    world.source.sink?.sourceTime(startMs + 900);
    world.source.sink?.number(0, 23, 0);
    await world.time.advance(1_000);
    await world.stop();
    const timedValues = world.samples.flatMap(({ time, changes }) =>
      (changes?.a ?? []).map(([offsetMs, value]) => [time + offsetMs - startMs, value]),
    );
    expect(timedValues).toEqual([
      [200, 20],
      [201, 21],
      [202, 22],
      [200, 20],
      [201, 21],
      [900, 23],
    ]);
  });

  it('is not watched once more when its session is taken up right after it was removed', async () => {
    const world = new WatchedWorld({ removedMs: startMs });
    await world.time.advance(1_500);
    await world.stop();
    expect(world.source.tries).toEqual([]);
    expect(world.samples).toEqual([]);
  });

  it('has a result for every tick: its changes, none, or why it tells nothing', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    world.source.sink?.number(0, 20.5, 0);
    await world.time.advance(100);
    world.source.sink?.number(0, 21, 1);
    world.source.sink?.other(1, 'busy', 0);
    await world.time.advance(1_000);
    world.source.goAway('the broker closed the connection');
    await world.time.advance(1_900);
    world.source.isThere = true;
    await world.time.advance(4_000);
    await world.stop();
    expect(world.ticks()).toEqual([
      [0, undefined, undefined],
      [
        1,
        {
          a: [
            [-500, 20.5],
            [-400, 21, 1],
          ],
          b: [[-400, 'busy']],
        },
        undefined,
      ],
      [2, undefined, 'connection'],
      [3, undefined, 'connection'],
      [4, undefined, 'connection'],
      [5, undefined, 'connection'],
      [6, undefined, undefined],
      [7, undefined, undefined],
    ]);
    const [, , down] = world.samples;
    expect(inEnglish(down?.miss?.detail)).toBe('press-1: connect ECONNREFUSED');
    expect(world.health.map(({ to }) => to.status)).toEqual(['healthy', 'disconnected', 'healthy']);
    expect(world.faults).toEqual([]);
  });

  it('lacks what was not reported yet, what is no value, and while the watch is down what was not reported in the tick', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    world.source.sink?.number(0, 20.5, 0);
    await world.time.advance(1_000);
    world.source.sink?.number(1, 7, 0);
    await world.time.advance(1_000);
    world.source.sink?.bad(0, quoted('not JSON'));
    await world.time.advance(1_000);
    world.source.sink?.number(0, 21, 0);
    await world.time.advance(1_000);
    world.source.sink?.number(1, 8, 0);
    world.source.goAway('the broker closed the connection');
    await world.time.advance(1_000);
    await world.stop();
    const lists = new Map<string, unknown[]>();
    const lacking = world.samples
      .filter(({ part, miss, changes }) => part === undefined && (!miss || changes !== undefined))
      .map(({ lacking: sets }) => {
        for (const { set, points } of sets ?? []) {
          if (points) {
            lists.set(
              set,
              points.map(({ cause, codes }) => [cause, ...codes]),
            );
          }
        }
        return sets?.flatMap(({ set }) => lists.get(set));
      });
    expect(lacking).toEqual([
      [['not_told', 'a', 'b']],
      [['not_told', 'b']],
      undefined,
      [['no_value', 'a']],
      undefined,
      [['connection', 'a']],
    ]);
  });

  it('tells at once what its source wants to know safe, as a part of the tick, and counts the tick once', async () => {
    const world = new WatchedWorld({ periodMs: 60_000 });
    world.isSafeAtOnce = false;
    await world.time.advance(1_250);
    world.settles.splice(0);
    let committed: unknown;
    world.source.sink?.integer(0, '9007199254740993', 0);
    void world.source.sink?.commit().then(
      () => (committed = 'safe'),
      (error: unknown) => (committed = error),
    );
    await world.time.advance(100);
    const [, part] = world.samples;
    expect(part).toMatchObject({ tick: startMs / 60_000 + 1, part: 1_255, time: startMs + 60_000 });
    expect(part?.changes).toEqual({ a: [[1_250 - 60_000, '9007199254740993', 2]] });
    expect(committed).toBeUndefined();
    world.settles.splice(0)[0]?.(true);
    await world.time.advance(0);
    expect(committed).toBe('safe');

    world.source.sink?.number(0, 1, 0);
    void world.source.sink?.commit().catch((error: unknown) => (committed = error));
    await world.time.advance(100);
    world.settles.splice(0)[0]?.(false);
    await world.time.advance(0);
    expect(committed).toMatchObject({ kind: 'connection', isHeldBack: true });
    // This value is not waited for: it is sent within a second or two.
    world.source.sink?.number(1, 2, 0);
    await world.time.advance(2_000);
    expect(world.samples.at(-1)).toMatchObject({ part: 3_000 });
    await world.time.advance(60_000);
    expect(world.ticks()).toEqual([
      [0, undefined, undefined],
      [1, undefined, undefined],
    ]);
    await world.stop();
  });

  it('believes the time of its source unless it is a minute ahead or a day behind', async () => {
    const world = new WatchedWorld();
    await world.time.advance(1_500);
    const nowMs = startMs + 1_500;
    for (const time of [nowMs - 40, nowMs + 59_000, nowMs + 61_000, nowMs - 86_401_000, undefined]) {
      world.source.sink?.sourceTime(time);
      world.source.sink?.number(0, 1, 0);
    }
    await world.time.advance(500);
    await world.stop();
    expect(world.samples.at(-1)?.changes?.a).toEqual([
      [-540, 1, 4],
      [-500, 1, 1],
      [-499, 1, 1],
      [-498, 1],
      [58_500, 1, 4],
    ]);
  });

  it('leaves out the oldest beyond 10,000 a tick, never the last of a point, and says how many', async () => {
    const world = new WatchedWorld();
    await world.time.advance(1_100);
    world.source.sink?.number(1, 7, 0);
    for (let count = 0; count < mostChanges + 5; count += 1) world.source.sink?.number(0, count, 0);
    world.source.sink?.number(1, 8, 0);
    await world.time.advance(900);
    await world.stop();
    const samplesOfTick = world.samples.filter(({ tick }) => tick === startMs / 1_000 + 2);
    const of = (code: string) =>
      samplesOfTick.flatMap(({ changes = {} }) => (changes as Changes)[code] ?? []);
    expect(of('a').length + of('b').length).toBe(mostChanges);
    expect([of('a').at(-1)?.[1], of('b').at(-1)?.[1]]).toEqual([mostChanges + 4, 8]);
    expect(samplesOfTick.at(-1)).toMatchObject({ dropped: 7, miss: { cause: 'overrun' } });
    expect(samplesOfTick.at(-1)?.changes).toBeDefined();
  });

  it('tells which points are no values, and that the tick was read', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    world.source.sink?.bad(1, quoted('not JSON'));
    await world.time.advance(2_000);
    world.source.sink?.number(1, 5, 0);
    await world.time.advance(1_000);
    await world.stop();
    expect(world.ticks()).toEqual([
      [0, undefined, undefined],
      [1, {}, 'exception'],
      [2, {}, 'exception'],
      [3, { b: [[-500, 5]] }, undefined],
    ]);
    expect(inEnglish(world.samples[1])).toMatchObject({
      bad: { b: 'not JSON' },
      miss: { detail: 'b: not JSON' },
    });
  });

  it('reports by exception what points want so', async () => {
    const report = { deadband_absolute: 1, heartbeat_ms: 60_000 };
    const world = new WatchedWorld({ points: [{ ...pointOf('a', 1), report }] });
    for (const value of [20, 20.5, 21.5, 21]) {
      await world.time.advance(400);
      world.source.sink?.number(0, value, 0);
    }
    await world.time.advance(400);
    await world.stop();
    expect(world.samples.flatMap(({ changes }) => changes?.a?.map(([, value]) => value) ?? [])).toEqual([
      20, 21.5,
    ]);
  });

  it('tries again with growing pauses', async () => {
    const world = new WatchedWorld();
    world.source.goAway('gone');
    await world.time.advance(20_000);
    await world.stop();
    const pauses = world.source.tries.slice(1).map((at, index) => at - (world.source.tries[index] ?? 0));
    expect(pauses[0]).toBeLessThan(500);
    expect(pauses.at(-1)).toBeGreaterThan(3_000);
    expect(pauses.every((pause, index) => pause >= (pauses[index - 1] ?? 0))).toBe(true);
  });

  it('is handed over with the tick under way open, and all that was reported until then', async () => {
    const world = new WatchedWorld();
    await world.time.advance(1_300);
    world.source.sink?.number(0, 1, 0);
    await world.stop();
    expect(world.samples.at(-1)).toMatchObject({
      tick: startMs / 1_000 + 2,
      part: 300,
      changes: { a: [[-700, 1]] },
    });
    const next = new WatchedWorld({ epoch: 5, firstTick: startMs / 1_000 + 2 }, world.time);
    next.source.sink?.number(0, 2, 0);
    await next.time.advance(800);
    await next.stop();
    expect(next.samples[0]).toMatchObject({ tick: startMs / 1_000 + 2, since_tick: startMs / 1_000 + 2 });
    expect(next.samples[0]?.part).toBeUndefined();
  });

  it('goes on in the same tick, under the same epoch, when its collector was killed: no part has a name that another one had', async () => {
    const killed = new WatchedWorld({ periodMs: 60_000 });
    const tell = async ({ source, time }: WatchedWorld, times: number) => {
      for (let count = 0; count < times; count += 1) {
        source.sink?.number(0, count, 0);
        void source.sink?.commit();
        await time.advance(10);
      }
    };
    await killed.time.advance(1_000);
    await tell(killed, 5);
    killed.mayPoll = false;
    const again = new WatchedWorld({ periodMs: 60_000, firstTick: startMs / 60_000 + 1 }, killed.time);
    await again.time.advance(1_000);
    await tell(again, 5);
    const parts = [...killed.samples, ...again.samples].filter(({ part }) => part !== undefined);
    expect(parts).toHaveLength(10);
    expect(new Set(parts.map(({ epoch, tick }) => `${epoch} ${tick}`)).size).toBe(1);
    expect(new Set(parts.map(sampleMessageId)).size).toBe(10);
    await again.stop();
  });

  it('is asked for nothing, and nothing is said of it, once the right to is gone', async () => {
    const world = new WatchedWorld();
    await world.time.advance(500);
    world.mayPoll = false;
    world.source.goAway('disconnected by the collector');
    const before = world.samples.length;
    await world.time.advance(10_000);
    expect([world.samples.length, world.source.tries.length]).toEqual([before, 1]);
    await world.stop();
  });
});
