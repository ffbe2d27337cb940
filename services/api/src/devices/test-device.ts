import type { ReadPoint, ReadRequestReport } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Database } from '../database/open-database.ts';
import type { Collectors } from '../ports.ts';
import { endpointHolders } from './endpoint-holders.ts';
import { reachDevice } from './reach-device.ts';

export interface TestDeviceOptions {
  readonly database: Database;
  readonly collectors: Collectors;
  readonly device: DeviceConfig;
  readonly labels: Readonly<Record<string, string>>;
  readonly withinMs: number;
  /** W3C: of the request that it is for. */
  readonly traceparent: string | undefined;
}

/** A call is one message, and a broker takes 1 MiB unless it is told otherwise. */
const pointsPerCall = 500;

/**
 * Reads every point of a device once, through a collector. @throws ApiProblem when no collector can,
 * BrokerUnavailable, DatabaseUnavailable
 */
export async function testDevice(options: TestDeviceOptions): Promise<DeviceTestView> {
  const { database, collectors, device, labels, withinMs, traceparent } = options;
  const untilMs = performance.now() + withinMs;
  const holders = await endpointHolders(database, Number(device.id));
  const points: ReadPoint[] = [];
  const requests: ReadRequestReport[] = [];
  let collectorId: string | null = null;
  for (let from = 0; from < device.points.length; from += pointsPerCall) {
    const part = { ...device, points: device.points.slice(from, from + pointsPerCall) };
    const leftMs = Math.max(100, Math.floor(untilMs - performance.now()));
    const reached = await reachDevice({
      collectors,
      device,
      holders,
      labels,
      call: { v: 1, kind: 'read', within_ms: leftMs, device: part, traceparent },
    });
    collectorId = reached.collectorId;
    const { reply } = reached;
    if (reply.kind !== 'read') {
      const detail =
        reply.kind === 'refused' ? reply.detail : 'the collector gave another answer than was asked for';
      return view(device, { status: 'failed', detail, collectorId, points, requests });
    }
    points.push(...reply.points);
    requests.push(...reply.requests);
  }
  const bad = points.filter(({ quality }) => quality === 'bad');
  const status = bad.length === 0 ? 'ok' : bad.length === points.length ? 'failed' : 'partly';
  const first = bad[0];
  const detail = first
    ? `${bad.length} of ${points.length} values could not be read. ${first.code}: ${first.detail}`
    : `All ${points.length} values were read.`;
  return view(device, { status, detail, collectorId, points, requests });
}

function view(
  { id, code }: DeviceConfig,
  found: Pick<DeviceTestView, 'status' | 'detail' | 'points' | 'requests'> & { collectorId: string | null },
): DeviceTestView {
  const { status, detail, collectorId, points, requests } = found;
  return { device_id: Number(id), device: code, status, detail, collector_id: collectorId, points, requests };
}
