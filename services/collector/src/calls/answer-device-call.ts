import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import { type EndpointAddress, endpointOf } from '@holdfast/shared/contracts/endpoint-address.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Permission } from '../polling/endpoint.ts';
import { planReads } from '../polling/read-plan.ts';
import type { RawBlock, ReadRequest, RequestOptions, WriteRequest } from '../ports.ts';
import { readOnce } from './read-once.ts';
import { writePoint } from './write-point.ts';

export interface CalledEndpoint {
  /** @throws ReadFailure, NotPermitted */
  read(request: ReadRequest, permission: Permission): Promise<RawBlock>;
  /** @throws ReadFailure, NotPermitted */
  write(request: WriteRequest, permission: Permission): Promise<void>;
}

export interface AnswerDeviceCallOptions {
  readonly endpoints: {
    acquire(address: EndpointAddress): CalledEndpoint;
    release(address: EndpointAddress): void;
  };
  /** ms for which this process may certainly go on asking devices; 0 when it may not. */
  readonly leaseRemainingMs: () => number;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** Every request settles within its timeout and this. */
const settleMs = 250;

/** Answers one call: through the endpoint that the sessions use, so that a device has one asker at a time. */
export async function answerDeviceCall(
  call: DeviceCall,
  { endpoints, leaseRemainingMs, nowMs }: AnswerDeviceCallOptions,
): Promise<DeviceReply> {
  const { device } = call;
  const deadlineMs = nowMs() + call.within_ms;
  const [point] = device.points;
  if (leaseRemainingMs() <= 0) return { kind: 'refused', detail: 'the collector holds no lease at present' };
  if (call.kind === 'write' && !point?.writable) {
    return { kind: 'refused', detail: `${device.code} ${point?.code ?? ''} is not marked writable` };
  }
  const address = endpointOf(device);
  const endpoint = endpoints.acquire(address);
  const options = requestOptions(device);
  const mayRead = () => leaseRemainingMs() > 0 && nowMs() < deadlineMs;
  const read = (request: Pick<ReadRequest, 'table' | 'address' | 'quantity'>) =>
    endpoint.read({ ...options, timeoutMs: leftOf(deadlineMs, device.timeout_ms), ...request }, mayRead);
  const leftOf = (untilMs: number, timeoutMs: number) =>
    Math.max(1, Math.min(timeoutMs, Math.floor(untilMs - nowMs())));
  try {
    if (call.kind === 'read') {
      const { points, requests } = await readOnce({ device, blocks: planReads(device), read, nowMs });
      return { kind: 'read', points: [...points], requests: [...requests] };
    }
    // Both the write and the reading back must be over before anybody else may take the device.
    const neededMs = 2 * (device.timeout_ms + settleMs);
    const mayWrite = () => leaseRemainingMs() > neededMs && nowMs() + device.timeout_ms < deadlineMs;
    return await writePoint({
      device,
      point: point as DeviceConfig['points'][number],
      value: call.value,
      write: (command) => endpoint.write({ ...options, ...command }, mayWrite),
      read,
      nowMs,
    });
  } finally {
    endpoints.release(address);
  }
}

function requestOptions({ unit_id, timeout_ms, profile }: DeviceConfig): RequestOptions {
  return {
    unitId: unit_id,
    timeoutMs: timeout_ms,
    acceptUnitZero: profile?.accept_unit_zero,
    connectPauseMs: profile?.connect_pause_ms,
    singleConnection: profile?.single_connection,
  };
}
