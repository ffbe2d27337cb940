import { BlockList, isIP, SocketAddress } from 'node:net';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { networkText } from './network-texts.ts';

/** The fault in the text of a network, or undefined if it has none. */
export function networkProblem(text: string): Text | undefined {
  try {
    networkList([text]);
    return undefined;
  } catch {
    return notANetwork(text);
  }
}

const notANetwork = (network: string) => networkText('not_a_network', { network });

/** @param networks in CIDR notation, or single addresses. @throws RangeError for what is neither */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const [address = '', bits, ...rest] = text.split('/');
    const family = isIP(address);
    const length = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
    const isWhole = /^\d{1,3}$/.test(bits ?? '0') && length <= (family === 6 ? 128 : 32);
    if (family === 0 || rest.length > 0 || !isWhole) {
      throw new RangeError(inLanguage(notANetwork(text), 'en'));
    }
    list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

/**
 * Addresses at which a plant never has a device: this machine, addresses without a router, groups, "everything at once",
 * networks that hide another address inside, and services that hand a cloud's machines their keys.
 */
const deniedUnlessNamed = [
  ...['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128', '169.254.0.0/16', 'fe80::/10', 'fec0::/10'],
  ...['224.0.0.0/4', 'ff00::/8', '255.255.255.255/32'],
  // NAT64 of a site's own, and Teredo.
  ...['64:ff9b:1::/48', '2001::/32'],
  // Oracle and others; Alibaba; Azure; Amazon; Google; Scaleway. Most also have 169.254.169.254.
  ...['192.0.0.0/24', '100.100.100.200/32', '168.63.129.16/32'],
  ...['fd00:ec2::/32', 'fd20:ce::254/128', 'fd00:42::42/128'],
];

/**
 * Judges where devices may be reached.
 * @param allowed in CIDR notation. When empty, every network is allowed but those that never hold a device
 * @returns a function that says why an address may not be used, for people, or undefined if it may
 * @throws RangeError for a text that is no network
 */
export function deviceNetworkRule(allowed: readonly string[]): (ip: string) => Text | undefined {
  const within = networkList(allowed);
  const denied = networkList(deniedUnlessNamed);
  return (address) => {
    const ip = plainIp(address);
    const family = isIP(ip) === 6 ? 'ipv6' : 'ipv4';
    if (allowed.length > 0) {
      return within.check(ip, family)
        ? undefined
        : networkText('address_not_in_device_networks', { address: ip, networks: allowed.join(', ') });
    }
    const embedded = embeddedIpv4(ip);
    return denied.check(ip, family) || (embedded !== undefined && denied.check(embedded, 'ipv4'))
      ? networkText('address_not_of_a_plant', { address: ip })
      : undefined;
  };
}

/** As `deviceNetworkRule`, for the networks of a site. When there are none, it refuses nothing. */
export function siteNetworkRule({
  code,
  networks,
}: {
  readonly code: string;
  readonly networks: readonly string[];
}): (ip: string) => Text | undefined {
  if (networks.length === 0) return () => undefined;
  const within = networkList(networks);
  return (address) => {
    const ip = plainIp(address);
    return within.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')
      ? undefined
      : networkText('address_not_in_site_networks', {
          address: ip,
          site: code,
          networks: networks.join(', '),
        });
  };
}

/**
 * Spells an address as the operating system does, without a zone; any other text stays as it is. A socket for both
 * families writes 10.0.0.1 as `::ffff:10.0.0.1`, for which `::ffff:a00:1` is another spelling.
 */
export function plainIp(address: string): string {
  if (isIP(address) !== 6) return address;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(canonical)?.[1] ?? canonical;
}

/**
 * IPv6 networks with an IPv4 address inside, to which a network may pass the packets on: NAT64, 6to4, and the old
 * "compatible" addresses.
 */
const embeddingNetworks = [
  { network: networkList(['64:ff9b::/96', '64:ff9b:1::/48', '::/96', '::ffff:0:0:0/96']), firstGroup: 6 },
  { network: networkList(['2002::/16']), firstGroup: 1 },
] as const;

export function embeddedIpv4(ip: string): string | undefined {
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
