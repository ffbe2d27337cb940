import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Collectors, KnownCollector } from '../ports.ts';
import { Problem } from '../problems/problem.ts';

export interface Reached {
  readonly collectorId: string;
  readonly reply: DeviceReply;
}

export interface ReachDeviceOptions {
  readonly collectors: Pick<Collectors, 'list' | 'call'>;
  readonly device: DeviceConfig;
  readonly call: DeviceCall;
  /** Collectors that poll a device of the same address now: only through them does its endpoint have one asker at a time. */
  readonly holders: readonly string[];
  /**
   * Labels that a collector must have, a holder as well: the same path of a serial line, or the same address, is another
   * device in another plant.
   */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Has a collector ask the device: the one that holds its endpoint, or else one that may. A collector that is not
 * there costs nothing and the next one is asked; one that gave no answer may have asked, so that ends it.
 * @throws Problem when none can, BrokerUnavailable
 */
export async function reachDevice(options: ReachDeviceOptions): Promise<Reached> {
  const { collectors, device, call } = options;
  const known = await collectors.list();
  const candidates = inOrder(known, options);
  for (const { id } of candidates) {
    const outcome = await collectors.call(id, call);
    if (outcome.ok) return { collectorId: id, reply: outcome.reply };
    if (outcome.why === 'silent') throw noAnswer(device, id, call);
  }
  const isDraining = known.some(({ state }) => state === 'draining');
  throw nobodyReaches(device, options, { candidates, isDraining });
}

function inOrder(
  known: readonly KnownCollector[],
  { holders, labels }: ReachDeviceOptions,
): readonly KnownCollector[] {
  const wanted = Object.entries(labels);
  const eligible = known.filter(
    ({ state, labels: has }) => state !== 'given_up' && wanted.every(([name, value]) => has[name] === value),
  );
  const holding = eligible.filter(({ id }) => holders.includes(id));
  return holding.length > 0 ? holding : eligible.filter(({ state }) => state === 'active');
}

function noAnswer(device: DeviceConfig, collectorId: string, call: DeviceCall): Problem {
  const may = call.kind === 'write' ? ' It is not known whether the value was written: read it.' : '';
  return new Problem(
    'collector_silent',
    `Collector ${collectorId} was asked about device ${device.code} and did not answer within ${call.within_ms} ms.${may}`,
  );
}

function nobodyReaches(
  device: DeviceConfig,
  { labels }: ReachDeviceOptions,
  { candidates, isDraining }: { candidates: readonly KnownCollector[]; isDraining: boolean },
): Problem {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const why =
    candidates.length > 0
      ? `${candidates.map(({ id }) => id).join(', ')} should be there and take no calls`
      : wanted.length > 0
        ? `no collector that is up has the labels ${wanted.join(', ')}`
        : isDraining
          ? 'every collector that is up is draining, and does not read it'
          : 'no collector is up';
  return new Problem(
    'no_collector',
    `Device ${device.code}: ${why}. Start one, or try again when it is back.`,
    {},
    { retryAfterSeconds: 5 },
  );
}
