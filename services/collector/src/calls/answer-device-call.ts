import { endpointOf } from '@holdfast/driver-modbus/layout/endpoint-address.ts';
import { markersOf } from '@holdfast/driver-modbus/plan/read-plan.ts';
import { requestOptions, turnOptions } from '@holdfast/driver-modbus/plan/request-options.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { NotPermitted } from '../polling/endpoint.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import type { DeviceBus, ReadPlace } from '../ports.ts';
import type { AskedOfDevice } from './asked-of-device.ts';
import { readDevice } from './read-device.ts';
import { writePoint } from './write-point.ts';

export interface AnswerDeviceCallOptions {
  readonly endpoints: Pick<Endpoints, 'acquire' | 'release'>;
  /** ms for which this process may certainly go on asking devices; 0 when it may not. */
  readonly leaseRemainingMs: () => number;
  /** Has the lease renewed now; settles when it is, or is not within so many ms. */
  readonly renewLease: (withinMs: number) => Promise<void>;
  /** Has the sessions that read a device ask for everything again; their ids. */
  readonly forgetLearned: (deviceId: string) => string[];
  readonly clock?: Clock;
  readonly timers?: Timers;
}

/** Every request settles within its timeout and this. */
const settleMs = 250;
/** The endpoint is kept waiting for so long at the most while the lease is renewed. */
const renewalMs = 1_000;

/** Answers one call: through the endpoint that the sessions use, so that a device has one asker at a time. */
export async function answerDeviceCall(
  call: AskedOfDevice,
  {
    endpoints,
    leaseRemainingMs,
    renewLease,
    forgetLearned,
    clock = systemClock,
    timers = systemTimers,
  }: AnswerDeviceCallOptions,
): Promise<DeviceReply> {
  const { device } = call;
  if (call.kind === 'forget') return { kind: 'forgotten', sessions: forgetLearned(device.id) };
  const nowMs = () => clock.monotonicMs();
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
      if (leaseRemainingMs() <= neededMs) await renewLease(renewalMs);
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
    if (leaseRemainingMs() <= 0) return 'the collector has lost its lease';
    if (leaseRemainingMs() <= neededMs)
      return 'the lease of the collector might have ended before the answer';
    return nowMs() < deadlineMs ? undefined : `the ${call.within_ms} ms for it were over`;
  };
  const read = (request: ReadPlace) =>
    inTurn(readRefusal, (bus) => bus.read({ ...options, timeoutMs: timeoutMs(), ...request }));
  try {
    if (call.kind === 'read') {
      return await readDevice({
        ...{ device, endpoint, leaseRemainingMs, clock, timers },
        learnedLimits: call.learned_limits,
        withinMs: call.within_ms,
      });
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
    });
  } catch (error) {
    if (error instanceof NotPermitted) return { kind: 'refused', detail: error.message };
    throw error;
  } finally {
    endpoints.release(address, endpoint);
  }
}
