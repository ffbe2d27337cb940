import type { DeviceCall, DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import { endpointOf } from '@holdfast/shared/contracts/endpoint-address.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { NotPermitted } from '../polling/endpoint.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import { markersOf, planReads } from '../polling/read-plan.ts';
import { requestOptions, turnOptions } from '../polling/request-options.ts';
import type { DeviceBus, ReadRequest } from '../ports.ts';
import { readOnce } from './read-once.ts';
import { writePoint } from './write-point.ts';

export interface AnswerDeviceCallOptions {
  readonly endpoints: Pick<Endpoints, 'acquire' | 'release'>;
  /** ms for which this process may certainly go on asking devices; 0 when it may not. */
  readonly leaseRemainingMs: () => number;
  /** Has the lease renewed now; settles when it is, or is not within so many ms. */
  readonly renewLease: (withinMs: number) => Promise<void>;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** Every request settles within its timeout and this. */
const settleMs = 250;
/** The endpoint is kept waiting for so long at the most while the lease is renewed. */
const renewalMs = 1_000;

/** Answers one call: through the endpoint that the sessions use, so that a device has one asker at a time. */
export async function answerDeviceCall(
  call: DeviceCall,
  { endpoints, leaseRemainingMs, renewLease, nowMs }: AnswerDeviceCallOptions,
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
  const options = { ...requestOptions(device), ...markersOf(device) };
  const asker = {};
  const inTurn = async <T>(
    refusalNow: () => string | undefined,
    use: (bus: DeviceBus) => Promise<T>,
  ): Promise<T> => {
    const done = await endpoint.turn(asker, turnOptions(device), async (bus) => {
      // Writing and reading back must be over before anybody else may take the device.
      if (call.kind === 'write' && leaseRemainingMs() <= neededMs) await renewLease(renewalMs);
      const refusal = refusalNow();
      if (refusal !== undefined) throw new NotPermitted(refusal);
      return { value: await use(bus) };
    });
    if (!done) throw new NotPermitted('its turn was given back');
    return done.value;
  };
  const neededMs = device.timeout_ms + settleMs;
  const timeoutMs = () => Math.max(1, Math.min(device.timeout_ms, Math.floor(deadlineMs - nowMs())));
  const readRefusal = (): string | undefined => {
    const isShort = call.kind === 'write' && leaseRemainingMs() <= neededMs;
    if (leaseRemainingMs() <= 0) return 'the collector has lost its lease';
    if (isShort) return 'the lease of the collector might have ended before the answer';
    return nowMs() < deadlineMs ? undefined : `the ${call.within_ms} ms for it were over`;
  };
  const read = (request: Pick<ReadRequest, 'table' | 'address' | 'quantity'>) =>
    inTurn(readRefusal, (bus) => bus.read({ ...options, timeoutMs: timeoutMs(), ...request }));
  try {
    if (call.kind === 'read') {
      const { points, requests } = await readOnce({ device, blocks: planReads(device), read, nowMs });
      return { kind: 'read', points: [...points], requests: [...requests] };
    }
    const writeRefusal = (): string | undefined => {
      if (leaseRemainingMs() <= neededMs) {
        return `writing may take ${neededMs} ms, and the collector's lease is certain for ${Math.floor(leaseRemainingMs())} ms: try again, or give the device a shorter timeout_ms or the collectors a longer LEASE_TTL_MS`;
      }
      return nowMs() + device.timeout_ms < deadlineMs
        ? undefined
        : `its turn came too late for the ${call.within_ms} ms that it was given`;
    };
    return await writePoint({
      device,
      point: point as DeviceConfig['points'][number],
      value: call.value,
      write: (command) => inTurn(writeRefusal, (bus) => bus.write({ ...options, ...command })),
      read,
      nowMs,
    });
  } catch (error) {
    if (error instanceof NotPermitted) return { kind: 'refused', detail: error.message };
    throw error;
  } finally {
    endpoints.release(address, endpoint);
  }
}
