import { lookup } from 'node:dns/promises';
import { isIP, SocketAddress } from 'node:net';
import { networkList } from '@holdfast/shared/runtime/networks.ts';

/**
 * Addresses at which a plant never has a device: this machine, addresses without a router, groups, and "everything at
 * once".
 */
const deniedUnlessAllowed = [
  '127.0.0.0/8',
  '::1/128',
  '0.0.0.0/8',
  '::/128',
  '169.254.0.0/16',
  'fe80::/10',
  '224.0.0.0/4',
  'ff00::/8',
  '255.255.255.255/32',
];

const resolveEveryMs = 30_000;
/** Applies while a name has never been resolved: its server may just not be up yet. */
const resolveAgainMs = 1_000;

export interface DeviceNetworksOptions {
  /** In CIDR notation. When empty, every network is allowed but those that never hold a device. */
  readonly allowed: readonly string[];
  /** `host` or `host:port` of servers that are no devices. Names are resolved again and again. */
  readonly deniedHosts: readonly string[];
  readonly nowMs: () => number;
}

export interface DeviceNetworks {
  /**
   * Why no device may be reached at this address, for people; undefined when one may. Pass the address that the
   * connection really has: a name may stand for another address at each look.
   */
  refusal(ip: string, port: number): string | undefined;
  /** Resolves the names of the denied hosts when that is due. Every call of `refusal` does so by itself. */
  refresh(): Promise<void>;
}

/** @throws RangeError for a text that is no network */
export function deviceNetworks({ allowed, deniedHosts, nowMs }: DeviceNetworksOptions): DeviceNetworks {
  const within = networkList(allowed);
  const denied = networkList(deniedUnlessAllowed);
  const servers = deniedHosts.map(parseHost).map(({ host, port }) => ({ host, port, ip: plainIp(host) }));
  const resolved = new Map<string, readonly string[]>();
  let resolvedAtMs = Number.NEGATIVE_INFINITY;

  const refresh = async (): Promise<void> => {
    const isComplete = servers.every(({ host }) => resolved.has(host));
    if (nowMs() - resolvedAtMs < (isComplete ? resolveEveryMs : resolveAgainMs)) return;
    resolvedAtMs = nowMs();
    await Promise.all(
      servers.map(async ({ host }) => {
        // A name that cannot be resolved now keeps its former addresses.
        const found = await lookup(host, { all: true }).catch(() => undefined);
        if (found) {
          resolved.set(
            host,
            found.map(({ address }) => plainIp(address)),
          );
        }
      }),
    );
  };

  return {
    refresh,
    refusal: (address, port) => {
      // For the next connection; this one is judged by the addresses found at the last look.
      void refresh();
      const ip = plainIp(address);
      if (isIP(ip) === 0) return 'the address of the other side is not known';
      const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
      const embedded = embeddedIpv4(ip);
      const server = servers.find(
        ({ host, port: its, ip: itsIp }) =>
          (its === undefined || its === port) &&
          [ip, embedded].some(
            (each) => each !== undefined && (itsIp === each || resolved.get(host)?.includes(each)),
          ),
      );
      if (server) return `${ip}:${port} is ${server.host}, a server of this installation and no device`;
      if (allowed.length > 0) {
        return within.check(ip, family)
          ? undefined
          : `${ip} is in none of the networks that DEVICE_NETWORKS allows (${allowed.join(', ')})`;
      }
      return denied.check(ip, family) || (embedded !== undefined && denied.check(embedded, 'ipv4'))
        ? `${ip} is no address of a plant's network; to allow it, name its network in DEVICE_NETWORKS`
        : undefined;
    },
  };
}

/**
 * Spells an address as the operating system does, without a zone; any other text stays as it is. A socket for both
 * families writes 10.0.0.1 as `::ffff:10.0.0.1`, for which `::ffff:a00:1` is another spelling.
 */
function plainIp(address: string): string {
  if (isIP(address) !== 6) return address;
  const written = new SocketAddress({ address, family: 'ipv6' }).address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(written)?.[1] ?? written;
}

/**
 * IPv6 networks with an IPv4 address inside, to which a network may pass the packets on: NAT64, 6to4, and the old
 * "compatible" addresses.
 */
const embeddingNetworks = [
  { network: networkList(['64:ff9b::/96', '::/96', '::ffff:0:0:0/96']), firstGroup: 6 },
  { network: networkList(['2002::/16']), firstGroup: 1 },
] as const;

function embeddedIpv4(ip: string): string | undefined {
  if (isIP(ip) !== 6 || ip === '::' || ip === '::1') return undefined;
  const embedding = embeddingNetworks.find(({ network }) => network.check(ip, 'ipv6'));
  return embedding && ipv4At(ip, embedding.firstGroup);
}

/** @param ip IPv6 as a system writes it: at most one `::`, and perhaps the last two groups in dotted form */
function ipv4At(ip: string, firstGroup: number): string {
  const [head = '', tail = ''] = ip
    .split('::')
    .map((part) =>
      part.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
        [a * 256 + Number(b), c * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
      ),
    );
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array(8 - before.length - after.length).fill('0'), ...after];
  return [groups[firstGroup], groups[firstGroup + 1]]
    .map((group) => Number.parseInt(group ?? '0', 16))
    .flatMap((group) => [group >>> 8, group & 0xff])
    .join('.');
}

function parseHost(text: string): { host: string; port: number | undefined } {
  const match = /^\[?([^\]]+?)\]?(?::(\d{1,5}))?$/.exec(text);
  if (!match?.[1] || (isIP(text) === 6 && !text.startsWith('['))) return { host: text, port: undefined };
  return { host: match[1], port: match[2] === undefined ? undefined : Number(match[2]) };
}
