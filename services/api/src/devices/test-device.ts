import { valueCodes } from '@holdfast/driver/point.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import type { DeviceCall, ReadPoint, ReadRequestReport } from '@holdfast/shared/contracts/device-call.ts';
import type {
  DeviceRequestView,
  DeviceTestView,
  ShownPoint,
} from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { isOutsideDeviceNetworks } from '@holdfast/shared/runtime/network-texts.ts';
import type { Database } from '../database/open-database.ts';
import type { Collectors } from '../ports.ts';
import { localize } from '../problems/localize.ts';
import { endpointHolders } from './endpoint-holders.ts';
import { type DeviceLimitsSources, reportedLimits } from './learned-limits/device-limits.ts';
import { reachDevice } from './reach-device.ts';
import { devicesText } from './texts.ts';

export interface TestDeviceOptions {
  readonly database: Database;
  readonly collectors: Collectors;
  readonly liveStatus: DeviceLimitsSources['liveStatus'];
  readonly device: DeviceConfig;
  readonly labels: Readonly<Record<string, string>>;
  readonly withinMs: number;
  /** W3C trace context of the request behind this call. */
  readonly traceparent: string | undefined;
}

/** A call and its answer are one message each, and by default a broker takes 1 MiB. */
const pointsPerCall = 500;
const valuesPerCall = 2_000;
/** A call with less time left is not worth making. */
const leastMs = 100;
const shownReasons = 3;

/** Why asking stopped early, in the language of the request. */
interface GivenUp {
  readonly detail: string;
  readonly met_limit?: ReadPoint['met_limit'];
}

/**
 * Reads every point of a device once, through a collector.
 * @throws Problem when no collector can, BrokerUnavailable, DatabaseUnavailable
 */
export async function testDevice(options: TestDeviceOptions): Promise<DeviceTestView> {
  const { database, liveStatus, device } = options;
  const holders = await endpointHolders(database, Number(device.id));
  const reported = reportedLimits(liveStatus).find(({ deviceCode }) => deviceCode === device.code);
  const read = await readOnce({ ...options, holders, learnedLimits: reported?.limits });
  return { device_id: Number(device.id), ...read };
}

/** As `testDevice`, for a device that need not be stored. */
export async function readOnce(
  options: Omit<TestDeviceOptions, 'database' | 'liveStatus'> & {
    readonly holders: readonly string[];
    readonly learnedLimits: Extract<DeviceCall, { kind: 'read' }>['learned_limits'];
  },
): Promise<Omit<DeviceTestView, 'device_id'>> {
  const { collectors, device, holders, labels, learnedLimits, withinMs, traceparent } = options;
  const untilMs = performance.now() + withinMs;
  const points: ShownPoint[] = [];
  const requests: DeviceRequestView[] = [];
  let collectorId: string | null = null;
  let givenUp: GivenUp | undefined;
  for (const part of inParts(device)) {
    const leftMs = Math.floor(untilMs - performance.now());
    if (leftMs < leastMs)
      givenUp ??= {
        detail: localize(devicesText('the_time_of_the_test')),
        met_limit: 'test_time',
      };
    if (givenUp) {
      points.push(...unasked(part, givenUp));
      continue;
    }
    const reached = await reachDevice({
      collectors,
      device,
      holders,
      labels,
      call: {
        ...{ v: 1, kind: 'read', within_ms: leftMs, device: part, traceparent },
        learned_limits: learnedLimits,
      },
    });
    collectorId = reached.collectorId;
    const { reply } = reached;
    if (reply.kind === 'read') {
      points.push(...reply.points.map(localizePoint));
      requests.push(...requestViews(reply.requests, device));
      givenUp = reply.given_up && { ...reply.given_up, detail: localize(reply.given_up.detail) };
    } else {
      const isRefused = reply.kind === 'refused';
      givenUp = {
        detail: isRefused
          ? localize(reply.detail)
          : localize(devicesText('the_collector_gave_another_answer_than')),
      };
      points.push(...unasked(part, givenUp));
    }
  }
  const bad = points.filter(({ quality }) => quality === 'bad');
  return {
    device: device.code,
    status: bad.length === 0 ? 'ok' : bad.length === points.length ? 'failed' : 'partly',
    detail: inWords(points.length, bad),
    within_ms: withinMs,
    collector_id: collectorId,
    points,
    requests,
  };
}

/** The device with some of its points at a time, so that they fit into a call, and their values into its answer. */
function inParts(device: DeviceConfig): DeviceConfig[] {
  const parts: DeviceConfig['points'][] = [];
  let values = 0;
  for (const point of device.points) {
    const { count = 1 } = point;
    const part = parts.at(-1);
    if (part && part.length < pointsPerCall && values + count <= valuesPerCall) {
      part.push(point);
      values += count;
    } else {
      parts.push([point]);
      values = count;
    }
  }
  return parts.map((points) => ({ ...device, points }));
}

/** A point as a collector has read it, with the collector's words in the language of the request. */
export const localizePoint = (point: ReadPoint): ShownPoint => ({
  ...point,
  detail: localize(point.detail),
});

function unasked({ points }: DeviceConfig, { detail, met_limit }: GivenUp): ShownPoint[] {
  return points.flatMap(valueCodes).map((code) => ({
    ...{
      code,
      quality: 'bad',
      value: null,
      raw: [],
      detail: localize(devicesText('not_read', { detail })),
    },
    ...(met_limit && { met_limit }),
  }));
}

/** The outcome in words, with one point for each reason, so that a frequent reason does not hide the others. */
function inWords(total: number, bad: readonly ShownPoint[]): string {
  if (bad.length === 0) return localize(devicesText('all_values_were_read', { total }));
  const reasons = [...Map.groupBy(bad, ({ detail }) => detail)];
  const reasonTexts = reasons.slice(0, shownReasons).map(([detail, [first, ...others]]) => {
    const more = others.length;
    const code = first?.code ?? '';
    return localize(
      more > 0
        ? devicesText('points_because', { code, more, detail })
        : devicesText('point_because', { code, detail }),
    );
  });
  const reasonsLeft = reasons.length - reasonTexts.length;
  const rest =
    reasonsLeft > 0 ? [localize(devicesText('more_reasons_see_points', { left: reasonsLeft }))] : [];
  const all = [...reasonTexts, ...rest];
  return localize(devicesText('of_values_could_not_be_read', { count: bad.length, total, all }));
}

/** The requests in the caller's language, with each frame split into its parts by the device's protocol. */
function requestViews(
  requests: readonly ReadRequestReport[],
  { protocol, connection }: Pick<DeviceConfig, 'protocol' | 'connection'>,
): DeviceRequestView[] {
  const spec = specs.get(protocol);
  return requests.map(({ heard, ...request }) => ({
    ...request,
    error: localize(request.error),
    ...(isOutsideDeviceNetworks(request.error) && { failure: 'not_allowed' as const }),
    ...(heard && {
      heard: heard.map((each) => ({
        ...each,
        parts: [...(spec?.frameParts?.(Buffer.from(each.bytes, 'hex'), each.direction, connection) ?? [])],
      })),
    }),
  }));
}
