import { describe, expect, it } from 'vitest';
import type { Device, DevicePoint } from '../device.ts';
import type { Driver } from '../driver.ts';
import { DriverFailure } from '../failure.ts';
import type { FrameDirection } from '../frame-parts.ts';
import type { Link } from '../link.ts';
import type { PointValue } from '../point.ts';
import type { PointList } from '../point-list.ts';
import type { Answer, Group } from '../requests.ts';
import { Readings } from '../values/readings.ts';
import { refusalContract } from './refusal.contract.ts';
import { specContract } from './spec.contract.ts';
import { contractWorlds } from './testing/contract-world.ts';
import { faults } from './testing/fault-proxy.ts';
import { inTime, settleMs, soundMs } from './testing/in-time.ts';

/** A peer of the protocol on 127.0.0.1, without faults of its own. */
export interface ContractPeer {
  readonly port: number;
  /** Number of requests that reached it, reads and writes. */
  requests(): number;
  /** Gives every point another value, so that an answer from before is recognised by its values. */
  change(): void;
  /** The values that it holds now, by code. */
  holds(): Readonly<Record<string, PointValue>>;
  stop(): Promise<void>;
}

export interface DriverUnderTest<C extends object, A> {
  readonly driver: Driver<C, A>;
  /**
   * A device at this address, whose points the peer holds. Its timeout is short, as each fault costs one, but not below
   * 400 ms: a busy machine takes 200 to connect.
   */
  device(host: string, port: number): Device<C, A>;
  startPeer(): Promise<ContractPeer>;
  /** A point's number and a value to write, where the driver writes. */
  readonly write?: { readonly point: number; readonly value: PointValue };
  /** A further point, of one value, that the peer refuses; leave it out where the protocol cannot refuse a point. */
  readonly refused?: DevicePoint<A>;
}

/** The promises of every driver; see `Link` and `DriverSpec`. Each polled driver runs it in a test of its own. */
export function driverContract<C extends object, A>(name: string, subject: DriverUnderTest<C, A>): void {
  const start = contractWorlds(subject);

  const valuesOf = (list: PointList<A>, answer: Answer): Record<string, PointValue | undefined> => {
    const readings = new Readings(list);
    answer.decode(readings);
    return Object.fromEntries(readings.all.map(({ code, value }) => [code, value]));
  };
  const heldBy = (peer: ContractPeer, list: PointList<A>, group: Group) => {
    const held = peer.holds();
    return Object.fromEntries(
      group.values.map((at) => [list.codes[at] as string, held[list.codes[at] as string]]),
    );
  };

  specContract(name, subject);
  if (subject.refused) refusalContract(name, { ...subject, refused: subject.refused });

  describe(`${name}: the link`, () => {
    it('reads what the device holds, with one request a group, over one connection of the host', async () => {
      const { peer, proxy, list, host, link, groups } = await start();
      for (const group of groups) {
        const answer = await link.read(group, soundMs);
        expect(valuesOf(list, answer)).toEqual(heldBy(peer, list, group));
      }
      expect(peer.requests()).toBe(groups.length);
      expect([host.dials, proxy.connections]).toEqual([1, 1]);
    });

    it('tells the bytes that went over the line, and takes them apart by parts that have words', async () => {
      const { device, link, first } = await start();
      const { spec } = subject.driver;
      const frames: [FrameDirection, Buffer][] = [];
      await link.read(first, soundMs, (direction, bytes) => frames.push([direction, Buffer.from(bytes)]));
      expect(frames[0]?.[0]).toBe('sent');
      expect(frames.at(-1)?.[0]).toBe('received');
      for (const [direction, bytes] of frames) {
        const parts = spec.frameParts?.(bytes, direction, device.connection);
        if (!parts) continue;
        expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
        const unnamed = parts.filter(({ part }) => spec.words.frameParts?.[part] === undefined);
        expect(unnamed).toEqual([]);
      }
    });

    it.each(faults)('settles when its answer is hurt by %s, and takes the next one right', async (fault) => {
      const { peer, proxy, device, list, host, link, first } = await start();
      await link.read(first, soundMs);
      const before = peer.requests();
      proxy.hurt(fault, device.timeout_ms + settleMs);
      const outcome = await settled(link, first, device.timeout_ms);
      // At most one more, where the kept connection ended before any byte of the answer.
      const mayRepeat = fault === 'reset' || fault === 'half close';
      expect(peer.requests() - before).toBeLessThanOrEqual(mayRepeat ? 2 : 1);
      if (fault !== 'flipped bits') expect(outcome).toBeInstanceOf(DriverFailure);
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DriverFailure);
      const dials = host.dials;
      peer.change();
      proxy.heal();
      proxy.releaseLate();
      const next = await settled(link, first, device.timeout_ms);
      if (next instanceof Error) throw next;
      expect(valuesOf(list, next)).toEqual(heldBy(peer, list, first));
      // Reconnects after the failure.
      const isAnswer = outcome instanceof DriverFailure && outcome.isAnswer;
      if (outcome instanceof Error && !isAnswer) expect(host.dials).toBe(dials + 1);
    });

    it('sends nothing without the right to, and says so', async () => {
      const { proxy, device, host, link, first } = await start();
      host.isPermitted = false;
      const outcome = await settled(link, first, device.timeout_ms);
      expect(outcome).toBeInstanceOf(DriverFailure);
      expect(outcome).toMatchObject({ wasSent: false });
      expect(proxy.bytesSent).toBe(0);
    });

    it('says that nothing was sent where nothing listens', async () => {
      const { peer, proxy, device, link, first } = await start();
      await proxy.stop();
      const outcome = await settled(link, first, device.timeout_ms);
      expect(outcome).toMatchObject({ wasSent: false, scope: 'endpoint' });
      expect(peer.requests()).toBe(0);
    });

    it('settles what is in flight when it is disconnected, and reconnects afterwards', async () => {
      const { peer, proxy, device, list, link, first } = await start();
      proxy.hurt('hang');
      const reading = settled(link, first, device.timeout_ms);
      await expect.poll(() => peer.requests()).toBe(1);
      link.disconnect();
      link.disconnect();
      expect(await reading).toMatchObject({ kind: 'connection' });
      proxy.heal();
      const next = await settled(link, first, device.timeout_ms);
      if (next instanceof Error) throw next;
      expect(valuesOf(list, next)).toEqual(heldBy(peer, list, first));
    });

    it.runIf(subject.write)('writes once, whatever comes of it', async () => {
      const { point, value } = subject.write ?? { point: 0, value: 0 };
      const { peer, proxy, device, plan, list, link } = await start();
      const command = plan.command?.(point, value);
      if (!command || !('sent' in command)) throw new Error(`no command: ${JSON.stringify(command)}`);
      await link.write?.(command, soundMs);
      expect(peer.requests()).toBe(1);
      expect(peer.holds()[list.codes[list.firstOf(point)] as string]).toEqual(value);
      for (const fault of faults.filter((each) => each !== 'flipped bits')) {
        proxy.hurt(fault, device.timeout_ms + settleMs);
        const before = peer.requests();
        const outcome = await inTime(link.write?.(command, device.timeout_ms), device.timeout_ms);
        expect([fault, outcome]).toEqual([fault, expect.any(DriverFailure)]);
        expect([fault, peer.requests() - before]).toEqual([fault, 1]);
        expect([fault, (outcome as DriverFailure).wasSent]).toEqual([fault, true]);
        proxy.heal();
        proxy.releaseLate();
      }
    });
  });
}

function settled(link: Link, group: Group, timeoutMs: number): Promise<Answer | Error> {
  return inTime(link.read(group, timeoutMs), timeoutMs) as Promise<Answer | Error>;
}
