import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { deviceNetworkRule, embeddedIpv4, plainIp } from '@holdfast/shared/runtime/networks.ts';
import type { Text } from '@holdfast/texts/text.ts';

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
   * Why no device may be reached at this address, for people, or undefined if one may. Pass the address that the
   * connection really has: a name may stand for another address at each look.
   */
  refusal(ip: string, port: number): Text | undefined;
  /** Resolves the names of the denied hosts when that is due. Every call of `refusal` does so by itself. */
  refresh(): Promise<void>;
}

/** @throws RangeError for a text that is no network */
export function deviceNetworks({ allowed, deniedHosts, nowMs }: DeviceNetworksOptions): DeviceNetworks {
  const rule = deviceNetworkRule(allowed);
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
        const addresses = await lookup(host, { all: true }).catch(() => undefined);
        if (addresses) {
          resolved.set(
            host,
            addresses.map(({ address }) => plainIp(address)),
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
      if (isIP(ip) === 0) return collectorText('other_side_has_no_known_address');
      const embedded = embeddedIpv4(ip);
      const server = servers.find(
        ({ host, port: its, ip: itsIp }) =>
          (its === undefined || its === port) &&
          [ip, embedded].some(
            (each) => each !== undefined && (itsIp === each || resolved.get(host)?.includes(each)),
          ),
      );
      if (server)
        return collectorText('address_is_a_server', { address: `${ip}:${port}`, server: server.host });
      return rule(ip);
    },
  };
}

function parseHost(text: string): { host: string; port: number | undefined } {
  const match = /^\[?([^\]]+?)\]?(?::(\d{1,5}))?$/.exec(text);
  if (!match?.[1] || (isIP(text) === 6 && !text.startsWith('['))) return { host: text, port: undefined };
  return { host: match[1], port: match[2] === undefined ? undefined : Number(match[2]) };
}
