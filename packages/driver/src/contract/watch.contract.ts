import { describe, expect, it } from 'vitest';
import { DriverFailure } from '../failure.ts';
import type { WatchSink } from '../link.ts';
import type { PointValue } from '../point.ts';
import { Readings } from '../values/readings.ts';
import { type SpecUnderTest, specContract } from './spec.contract.ts';
import { contractWorlds } from './testing/contract-world.ts';
import type { Fault } from './testing/fault-proxy.ts';

/** A source of the protocol on 127.0.0.1, sound by itself. */
export interface WatchedPeer {
  readonly port: number;
  /** Has it tell a value of the device's first point that it has not told before; resolves with that when it was told. */
  tell(): Promise<PointValue>;
  stop(): Promise<void>;
}

export interface WatchUnderTest<C extends object, A> extends SpecUnderTest<C, A> {
  startPeer(): Promise<WatchedPeer>;
  /** True if the source keeps what was not acknowledged, and tells it again. */
  readonly tellsAgain: boolean;
}

/** Faults after which no source can be listened to any longer. */
const fatal: readonly Fault[] = ['reset', 'garbage', 'cut', 'half close'];

/** The promises of a link that watches; see `Link.watch`. */
export function watchContract<C extends object, A>(name: string, subject: WatchUnderTest<C, A>): void {
  const open = contractWorlds(subject);

  specContract(name, subject);

  async function start() {
    const { peer, proxy, list, host, link, groups } = await open();
    const watch = (commit: () => Promise<void> = async () => undefined) => {
      const told = new Readings(list);
      let isOpen = false;
      const sink: WatchSink = Object.assign(told, {
        opened: () => {
          isOpen = true;
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
        opened: () => expect.poll(() => isOpen).toBe(true),
        values: () => told.all.filter(({ at }) => at === 0).map(({ value }) => value),
      };
    };
    return { peer, proxy, host, link, watch };
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

    it('says that nothing was sent where nobody listens', async () => {
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
      await first.opened();
      const safe = await peer.tell();
      await expect.poll(() => first.values()).toEqual([safe]);
      isSafe();
      const unsafe = await peer.tell();
      await expect.poll(() => first.values()).toEqual([safe, unsafe]);
      first.end();
      expect(await first.outcome).toBe('ended');
      const meanwhile = await peer.tell();
      const lost = new DriverFailure('connection', 'lost on the way');
      const second = watch(() => Promise.reject(lost));
      await expect.poll(() => second.values()).toContain(unsafe);
      expect(await second.outcome).toBe(lost);
      const third = watch();
      await expect.poll(() => third.values()).toEqual([unsafe, meanwhile]);
      third.end();
      await third.outcome;
      const fourth = watch();
      await fourth.opened();
      const last = await peer.tell();
      await expect.poll(() => fourth.values()).toEqual([last]);
      fourth.end();
      await fourth.outcome;
    });
  });
}
