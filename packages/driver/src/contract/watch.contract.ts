import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { DriverFailure } from '../failure.ts';
import type { WatchSink } from '../link.ts';
import type { PointValue } from '../point.ts';
import { Readings } from '../values/readings.ts';
import { type SpecUnderTest, specContract } from './spec.contract.ts';
import { contractWorlds } from './testing/contract-world.ts';
import { type Fault, faults } from './testing/fault-proxy.ts';
import { inTime, settleMs } from './testing/in-time.ts';

/** A source of the protocol on 127.0.0.1, without faults of its own. */
export interface WatchedPeer {
  readonly port: number;
  /** Makes it report a new value of the device's first point; resolves with that value once it was reported. */
  tell(): Promise<PointValue>;
  /** Makes it hold another value of that point for readers; resolves with that value. */
  hold(): Promise<PointValue>;
  /** Everything that was written to it, in order. */
  written(): readonly PointValue[];
  stop(): Promise<void>;
}

export interface WatchUnderTest<C extends object, A> extends SpecUnderTest<C, A> {
  startPeer(): Promise<WatchedPeer>;
  /** Whether the source keeps what was not acknowledged, and reports it again. */
  readonly tellsAgain: boolean;
  /** A point's number, where the driver writes; it takes whole numbers. */
  readonly write?: { readonly point: number };
}

/** Faults after which a source can no longer be listened to. */
const fatal: readonly Fault[] = ['reset', 'garbage', 'cut', 'half close'];

/** The promises of a link that watches; see `Link.watch`. */
export function watchContract<C extends object, A>(name: string, subject: WatchUnderTest<C, A>): void {
  const open = contractWorlds(subject);

  specContract(name, subject);

  async function start() {
    const { peer, proxy, device, plan, list, host, link, groups } = await open();
    const { timeout_ms: timeoutMs } = device;
    const watch = (commit: () => Promise<void> = async () => undefined) => {
      const readings = new Readings(list);
      let isKept: boolean | undefined;
      const sink: WatchSink = Object.assign(readings, {
        opened: (hasKept: boolean) => {
          isKept = hasKept;
        },
        commit,
      });
      const ending = new AbortController();
      const outcome = Promise.resolve(link.watch?.(groups, sink, ending.signal)).then(
        () => 'ended' as const,
        (error: unknown) => error,
      );
      return {
        outcome,
        end: () => ending.abort(),
        /** @returns whether the source had kept anything */
        opened: async () => {
          await expect.poll(() => isKept).toBeDefined();
          return isKept;
        },
        values: () => readings.all.filter(({ at }) => at === 0).map(({ value }) => value),
      };
    };
    /** The values of the first point, or the failure. */
    const read = async () => {
      const [group] = plan.groups([0], 0).groups;
      if (!group) throw new Error('the first point of the device has no group');
      const answer = await inTime(link.read(group, timeoutMs), timeoutMs);
      if (!answer || answer instanceof Error) return answer;
      const readings = new Readings(list);
      answer.decode(readings);
      return readings.all.map(({ value }) => value);
    };
    const write = (value: number) => {
      const command = plan.command?.(subject.write?.point ?? 0, value);
      if (!command || !('sent' in command)) throw new Error(`no command: ${JSON.stringify(command)}`);
      return inTime(link.write?.(command, timeoutMs), timeoutMs);
    };
    return { peer, proxy, host, link, watch, read, write, lateMs: timeoutMs + settleMs };
  }

  describe(`${name}: a watch`, () => {
    it('tells what its source tells, over one connection of the host, until it is ended', async () => {
      const { peer, proxy, host, watch } = await start();
      const watching = watch();
      await watching.opened();
      const values = [await peer.tell(), await peer.tell()];
      await expect.poll(() => watching.values()).toEqual(values);
      watching.end();
      expect(await watching.outcome).toBe('ended');
      expect([host.dials, proxy.connections]).toEqual([1, 1]);
    });

    it.each(fatal)('fails when what it hears is hurt by %s, and the next one is sound', async (fault) => {
      const { peer, proxy, watch } = await start();
      const watching = watch();
      await watching.opened();
      proxy.hurt(fault);
      void peer.tell();
      expect(await watching.outcome).toBeInstanceOf(DriverFailure);
      proxy.heal();
      const next = watch();
      await next.opened();
      const value = await peer.tell();
      await expect.poll(() => next.values()).toContain(value);
      next.end();
      expect(await next.outcome).toBe('ended');
    });

    it('sends nothing without the right to, and says so', async () => {
      const { proxy, host, watch } = await start();
      host.isPermitted = false;
      const outcome = await watch().outcome;
      expect(outcome).toBeInstanceOf(DriverFailure);
      expect(outcome).toMatchObject({ wasSent: false });
      expect(proxy.bytesSent).toBe(0);
    });

    it('says that nothing was sent where nothing listens', async () => {
      const { proxy, watch } = await start();
      await proxy.stop();
      expect(await watch().outcome).toMatchObject({ wasSent: false, scope: 'endpoint' });
    });

    it('fails when it is disconnected, also before it is open', async () => {
      const { proxy, link, watch } = await start();
      const watching = watch();
      await watching.opened();
      link.disconnect();
      expect(await watching.outcome).toMatchObject({ kind: 'connection' });
      proxy.hurt('hang');
      const opening = watch();
      await expect.poll(() => proxy.connections).toBe(2);
      link.disconnect();
      expect(await opening.outcome).toMatchObject({ kind: 'connection' });
    });

    it.runIf(subject.tellsAgain)('leaves to the next one what is not safe, and nothing else', async () => {
      const { peer, watch } = await start();
      let isSafe: () => void = () => undefined;
      const first = watch(
        () =>
          new Promise((resolve) => {
            isSafe = resolve;
          }),
      );
      expect(await first.opened()).toBe(false);
      const safe = await peer.tell();
      await expect.poll(() => first.values()).toEqual([safe]);
      isSafe();
      const unsafe = await peer.tell();
      await expect.poll(() => first.values()).toEqual([safe, unsafe]);
      first.end();
      expect(await first.outcome).toBe('ended');
      const meanwhile = await peer.tell();
      const lost = new DriverFailure('connection', quoted('lost on the way'));
      const second = watch(() => Promise.reject(lost));
      await expect.poll(() => second.values()).toContain(unsafe);
      expect(await second.outcome).toBe(lost);
      const third = watch();
      await expect.poll(() => third.values()).toEqual([unsafe, meanwhile]);
      third.end();
      await third.outcome;
      const fourth = watch();
      expect(await fourth.opened()).toBe(true);
      const last = await peer.tell();
      await expect.poll(() => fourth.values()).toEqual([last]);
      fourth.end();
      await fourth.outcome;
    });
  });

  // Each request has a connection of its own: the first answer is to connecting, and only then the request is sent.
  const answerCounts = [0, 1];

  describe(`${name}: a read next to it`, () => {
    it.each(faults)('settles when its answers are hurt by %s, and the next one is right', async (fault) => {
      const { peer, proxy, read, lateMs } = await start();
      const held = await peer.hold();
      expect(await read()).toEqual([held]);
      for (const soundAnswers of answerCounts) {
        proxy.hurt(fault, lateMs, soundAnswers);
        const outcome = await read();
        if (fault !== 'flipped bits') expect(outcome).toBeInstanceOf(DriverFailure);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DriverFailure);
        const next = await peer.hold();
        proxy.heal();
        proxy.releaseLate();
        expect(await read()).toEqual([next]);
      }
    });

    it('sends nothing without the right to, and says so', async () => {
      const { proxy, host, read } = await start();
      host.isPermitted = false;
      const outcome = await read();
      expect(outcome).toBeInstanceOf(DriverFailure);
      expect(outcome).toMatchObject({ wasSent: false });
      expect(proxy.bytesSent).toBe(0);
    });
  });

  describe.runIf(subject.write)(`${name}: a write next to it`, () => {
    it('writes once, whatever comes of it, and says that nothing was sent where nothing was', async () => {
      const { peer, proxy, write, lateMs } = await start();
      let value = 1;
      expect(await write(value)).toBeUndefined();
      const rounds: { readonly value: number; readonly fault: Fault; readonly soundAnswers: number }[] = [];
      for (const soundAnswers of answerCounts) {
        for (const fault of faults.filter((each) => each !== 'flipped bits')) {
          value += 1;
          rounds.push({ value, fault, soundAnswers });
          proxy.hurt(fault, lateMs, soundAnswers);
          const outcome = await write(value);
          expect([fault, outcome]).toEqual([fault, expect.any(DriverFailure)]);
          expect([fault, (outcome as DriverFailure).wasSent]).toEqual([fault, soundAnswers > 0]);
          proxy.heal();
          proxy.releaseLate();
        }
      }
      value += 1;
      expect(await write(value)).toBeUndefined();
      await expect.poll(() => peer.written().at(-1)).toBe(value);
      const writtenValues = peer.written();
      expect(writtenValues).toEqual(
        [...new Set(writtenValues)].sort((one, other) => Number(one) - Number(other)),
      );
      for (const { value: each, fault, soundAnswers } of rounds) {
        if (soundAnswers === 0)
          expect([fault, writtenValues]).not.toEqual([fault, expect.arrayContaining([each])]);
        // The other faults end the connection, perhaps before the write has left.
        else if (fault === 'hang' || fault === 'late') expect(writtenValues).toContain(each);
      }
    });

    it('says that nothing was sent without the right to, and where nothing listens', async () => {
      const { peer, proxy, host, write } = await start();
      host.isPermitted = false;
      expect(await write(1)).toMatchObject({ wasSent: false, isHeldBack: true });
      expect(proxy.bytesSent).toBe(0);
      host.isPermitted = true;
      await proxy.stop();
      expect(await write(2)).toMatchObject({ wasSent: false, scope: 'endpoint' });
      expect(peer.written()).toEqual([]);
    });
  });
}
