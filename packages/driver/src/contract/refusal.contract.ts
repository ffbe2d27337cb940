import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import type { Device, DevicePoint } from '../device.ts';
import type { DevicePlan, PartAnswer } from '../driver.ts';
import { DriverFailure } from '../failure.ts';
import type { Link } from '../link.ts';
import type { PointList } from '../point-list.ts';
import type { Group } from '../requests.ts';
import { Readings } from '../values/readings.ts';
import { contractWorlds, type Peer, type WorldUnderTest } from './testing/contract-world.ts';
import { soundMs } from './testing/in-time.ts';

interface RefusalUnderTest<C extends object, A, P extends Peer> extends WorldUnderTest<C, A, P> {
  /** A point of one value that the peer refuses, alone or together with others. */
  readonly refused: DevicePoint<A>;
}

/** Longer than any plan's longest pause between two looks at a refused point. */
const afterEveryPauseMs = 24 * 3_600_000;

/** The contract of refusals: a refused point costs only that point, from the first tick on, and is requested again. */
export function refusalContract<C extends object, A, P extends Peer>(
  name: string,
  subject: RefusalUnderTest<C, A, P>,
): void {
  const start = contractWorlds({
    ...subject,
    device: (host, port): Device<C, A> => {
      const device = subject.device(host, port);
      return { ...device, points: [...device.points, subject.refused] };
    },
  });

  describe(`${name}: a point that the device refuses`, () => {
    it('costs that point alone, is left out afterwards, and is asked for again', async () => {
      const { device, list, plan, link, host } = await start();
      const due = device.points.map((_, point) => point);
      const refused = list.firstOf(due.length - 1);
      const others = list.codes.map((_, at) => at).filter((at) => at !== refused);
      const tick = (nowMs: number) => tickOf({ plan, link, list, due, timeoutMs: soundMs }, nowMs);
      expect(await tick(0)).toMatchObject({ read: others, lost: [refused], asked: true });
      const next = await tick(1);
      expect(next).toMatchObject({ read: others, lost: [refused], asked: false });
      expect(inEnglish(next.missing)).toEqual([
        expect.objectContaining({ at: refused, isRefused: true, detail: expect.stringMatching(/./) }),
      ]);
      expect(await tick(afterEveryPauseMs)).toMatchObject({ read: others, lost: [refused], asked: true });
      plan.forget?.();
      expect(await tick(afterEveryPauseMs + 1)).toMatchObject({ lost: [refused], asked: true });
      // A refusal is an answer: the connection stays.
      expect(host.dials).toBe(1);
    });
  });

  /** One tick, as a collector does it. `asked`: whether a request contained the refused point. */
  async function tickOf(
    to: { plan: DevicePlan; link: Link; list: PointList<A>; due: readonly number[]; timeoutMs: number },
    nowMs: number,
  ) {
    const { plan, link, list, due, timeoutMs } = to;
    const refused = list.firstOf(due.length - 1);
    const readings = new Readings(list);
    let wasAsked = false;
    const ask = async (group: Group): Promise<DriverFailure | undefined> => {
      wasAsked ||= group.values.includes(refused);
      try {
        (await link.read(group, timeoutMs)).decode(readings);
        plan.answered?.(group);
        return undefined;
      } catch (error) {
        expect(error).toBeInstanceOf(DriverFailure);
        expect(error).toMatchObject({ kind: 'refused', scope: 'points' });
        return error as DriverFailure;
      }
    };
    const { groups, missing } = plan.groups(due, nowMs);
    const lost = new Set(missing.map(({ at }) => at));
    for (const group of groups) {
      const failure = await ask(group);
      if (!failure) continue;
      const narrowing = plan.narrow?.(group, failure, nowMs);
      if (!narrowing) throw new Error('a plan whose requests fail with scope points has narrow');
      let step = narrowing.next();
      while (!step.done) {
        const answer: PartAnswer = (await ask(step.value)) ? 'refused' : 'read';
        step = narrowing.next(answer);
      }
      for (const { values } of step.value) for (const at of values) lost.add(at);
    }
    const ascending = (values: Iterable<number>) => [...values].sort((a, b) => a - b);
    return {
      read: ascending(readings.all.map(({ at }) => at)),
      lost: ascending(lost),
      asked: wasAsked,
      missing,
    };
  }
}
