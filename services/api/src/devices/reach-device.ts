import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { noDriver } from '@holdfast/shared/contracts/words/no-driver.ts';
import { canRead } from '@holdfast/shared/domain/placement/driver-labels.ts';
import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
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
  listing: readonly KnownCollector[],
  { holders }: ReachDeviceOptions,
  needs: SessionNeeds,
): readonly KnownCollector[] {
  const eligible = listing.filter(({ state, labels }) => state !== 'given_up' && canRead(labels, needs));
  const holding = eligible.filter(({ id }) => holders.includes(id));
  return holding.length > 0 ? holding : eligible.filter(({ state }) => state === 'active');
}

function noAnswer(device: DeviceConfig, collectorId: string, call: DeviceCall): Problem {
  const may =
    call.kind === 'write'
      ? both(
          ' It is not known whether the value was written: read it.',
          '尚不清楚数值是否已写入：请读取该点位。',
        )
      : both('', '');
  return new Problem(
    'collector_silent',
    both(
      `Collector ${collectorId} was asked about device ${device.code} and did not answer within ${call.within_ms} ms.${may.en}`,
      `已请求采集器 ${collectorId} 访问设备 ${device.code}，但它在 ${call.within_ms} 毫秒内没有应答。${may.zh}`,
    ),
  );
}

function nobodyReaches(
  device: DeviceConfig,
  needs: SessionNeeds,
  { candidates, listing }: Record<'candidates' | 'listing', readonly KnownCollector[]>,
): Problem {
  const up = listing.filter(({ state }) => state === 'active').map(({ labels }) => labels);
  const withoutDriver = up.some((labels) => canRead(labels, needs)) ? undefined : noDriver(up, needs);
  if (withoutDriver) return noCollector(device, withoutDriver);
  const labelsInWords = Object.entries(needs.labels).map(([name, value]) => `${name}=${value}`);
  const isDraining = listing.some(({ state }) => state === 'draining');
  const why =
    candidates.length > 0
      ? both(
          `${candidates.map(({ id }) => id).join(', ')} should be there and take no calls`,
          `${candidates.map(({ id }) => id).join('、')} 应当在线，但不接受调用`,
        )
      : labelsInWords.length > 0
        ? both(
            `no collector that is up has the labels ${labelsInWords.join(', ')}`,
            `没有在线的采集器具有标签 ${labelsInWords.join('、')}`,
          )
        : isDraining
          ? both(
              'every collector that is up is draining, and does not read it',
              '在线的采集器都在移出会话，不再读取它',
            )
          : both('no collector is up', '没有采集器在线');
  return noCollector(
    device,
    both(
      `${why.en}. Start one, or try again when it is back`,
      `${why.zh}。请启动一个采集器，或在其恢复后重试`,
    ),
  );
}

function noCollector({ code }: DeviceConfig, why: InBoth): Problem {
  const detail = both(`Device ${code}: ${why.en}.`, `设备 ${code}：${why.zh}。`);
  return new Problem('no_collector', detail, {}, { retryAfterSeconds: 5 });
}
