import { afterEach } from 'vitest';
import type { Device } from '../../device.ts';
import type { Driver } from '../../driver.ts';
import { openLinkHost } from '../../host/link-host.ts';
import type { LinkHost } from '../../link.ts';
import { PointList } from '../../point-list.ts';
import { FaultProxy } from './fault-proxy.ts';

export interface Peer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface WorldUnderTest<C extends object, A, P extends Peer> {
  readonly driver: Driver<C, A>;
  /** A device at this address. */
  device(host: string, port: number): Device<C, A>;
  startPeer(): Promise<P>;
}

/**
 * Opens what the contracts of links need: a peer, a proxy before it that can damage its answers, and a link to the
 * proxy whose host counts connections. All of it ends with the test.
 */
export function contractWorlds<C extends object, A, P extends Peer>(subject: WorldUnderTest<C, A, P>) {
  const { driver } = subject;
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  return async () => {
    const peer = await subject.startPeer();
    ends.push(() => peer.stop());
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: peer.port });
    ends.push(() => proxy.stop());
    const device = subject.device('127.0.0.1', proxy.port);
    const list = new PointList(device.points);
    const plan = driver.plan(device, list);
    const host = { dials: 0, isPermitted: true };
    const sockets = openLinkHost({ mayRequest: () => host.isPermitted, sessionId: crypto.randomUUID() });
    const counting: LinkHost = {
      ...sockets,
      dial: (options, events) => {
        host.dials += 1;
        return sockets.dial(options, events);
      },
    };
    const link = driver.link(device.connection, counting);
    ends.push(() => link.disconnect());
    const all = device.points.map((_, point) => point);
    const { groups } = plan.groups(all, 0);
    const [first] = groups;
    if (!first) throw new Error('the device of the contract has no group');
    return { peer, proxy, device, list, plan, host, link, groups, first };
  };
}
