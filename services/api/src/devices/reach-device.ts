import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { noDriver } from '@holdfast/shared/contracts/words/no-driver.ts';
import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { CollectorRecord, Collectors } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import { devicesText } from './texts.ts';

export interface Reached {
  readonly collectorId: string;
  readonly reply: DeviceReply;
}

export interface ReachDeviceOptions {
  readonly collectors: Pick<Collectors, 'list' | 'call'>;
  readonly device: DeviceConfig;
  readonly call: DeviceCall;
  /** Collectors that now poll a device at the same address: only through them is its endpoint asked by one at a time. */
  readonly holders: readonly string[];
  /**
   * Labels that a collector must have, even a holder: the same path of a serial line, or the same address, is another
   * device in another plant.
   */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Has a collector ask the device: the one that holds its endpoint, or else one that may. If a collector is not there,
 * the next one is tried; if a collector gives no answer, the search ends, because it may have asked the device.
 * @throws Problem when none can, BrokerUnavailable
 */
export async function reachDevice(options: ReachDeviceOptions): Promise<Reached> {
  const { collectors, device, call } = options;
  const listing = await collectors.list();
  const needs = { labels: options.labels, drivers: { [device.protocol]: device.code }, endpoints: [] };
  const candidates = inOrder(listing, options, needs);
  for (const { id } of candidates) {
    const outcome = await collectors.call(id, call);
    if (outcome.ok) return { collectorId: id, reply: outcome.reply };
    if (outcome.why === 'silent') throw noAnswer(device, id, call);
  }
  throw nobodyReaches(device, needs, { candidates, listing });
}

function inOrder(
  listing: readonly CollectorRecord[],
  { holders }: ReachDeviceOptions,
  needs: SessionNeeds,
): readonly CollectorRecord[] {
  const eligible = listing.filter(({ state, labels }) => state !== 'given_up' && canRead(labels, needs));
  const holding = eligible.filter(({ id }) => holders.includes(id));
  return holding.length > 0 ? holding : eligible.filter(({ state }) => state === 'active');
}

function noAnswer(device: DeviceConfig, collectorId: string, call: DeviceCall): Problem {
  const may = call.kind === 'write' ? devicesText('it_is_not_known_whether') : '';
  return new Problem(
    'collector_silent',
    devicesText('collector_silent', {
      collectorId,
      code: device.code,
      withinMs: call.within_ms,
      may,
    }),
  );
}

function nobodyReaches(
  device: DeviceConfig,
  needs: SessionNeeds,
  { candidates, listing }: Record<'candidates' | 'listing', readonly CollectorRecord[]>,
): Problem {
  const up = listing.filter(({ state }) => state === 'active').map(({ labels }) => labels);
  const withoutDriver = up.some((labels) => canRead(labels, needs)) ? undefined : noDriver(up, needs);
  if (withoutDriver) return noCollector(device, withoutDriver);
  const labelsInWords = Object.entries(needs.labels).map(([name, value]) => `${name}=${value}`);
  const isDraining = listing.some(({ state }) => state === 'draining');
  const why =
    candidates.length > 0
      ? devicesText('should_be_there_and_take', { candidates: candidates.map(({ id }) => id) })
      : labelsInWords.length > 0
        ? devicesText('no_collector_that_is_up', { wanted: labelsInWords })
        : isDraining
          ? devicesText('every_collector_that_is_up')
          : devicesText('no_collector_is_up');
  return noCollector(device, devicesText('start_one_or_try_again', { why }));
}

function noCollector({ code }: DeviceConfig, why: Text): Problem {
  const detail = devicesText('device_because', { code, why });
  return new Problem('no_collector', detail, {}, { retryAfterSeconds: 5 });
}
