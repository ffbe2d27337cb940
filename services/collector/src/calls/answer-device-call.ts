import type { Link } from '@holdfast/driver/link.ts';
import type { Command } from '@holdfast/driver/requests.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { NotPermitted } from '../polling/endpoint.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import { PointSet } from '../polling/point-sets.ts';
import { pollableDevice, turnOptions } from '../polling/pollable-device.ts';
import { readDevice } from './read-device.ts';
import type { ResolvedCall } from './resolve-call.ts';
import { writePoint } from './write-point.ts';

export interface AnswerDeviceCallOptions {
  readonly endpoints: Pick<Endpoints, 'driver' | 'locate' | 'acquire' | 'release'>;
  /** ms for which this process is certainly still allowed to ask devices, or 0 if it is not. */
  readonly leaseRemainingMs: () => number;
  /** Renews the lease now; settles when that is done, or after `withinMs` at the latest. */
  readonly renewLease: (withinMs: number) => Promise<void>;
  /** Has the sessions that read a device ask for everything again. Returns their ids. */
  readonly forgetLearned: (deviceId: string) => string[];
  readonly clock?: Clock;
  readonly timers?: Timers;
}

/** Every request settles within its timeout plus this. */
const settleMs = 250;
/** Longest time for which the endpoint waits while the lease is renewed. */
const renewalMs = 1_000;

/** Answers one call over the endpoint that the sessions use, so that a device has one asker at a time. */
export async function answerDeviceCall(
  call: ResolvedCall,
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
  const driver = endpoints.driver(device.protocol);
  const deviceToAsk = pollableDevice(device, driver, new PointSet(device.points));
  await endpoints.locate([device]);
  const endpoint = endpoints.acquire(deviceToAsk, '');
  const asker = {};
  const inTurn = async <T>(
    refusalNow: () => string | undefined,
    use: (link: Link) => Promise<T>,
  ): Promise<T> => {
    const done = await endpoint.turn(asker, turnOptions(deviceToAsk), async (link) => {
      // Write and read-back must be over before anybody else may take the device.
      if (leaseRemainingMs() <= neededMs) await renewLease(renewalMs);
      const refusal = refusalNow();
      if (refusal !== undefined) throw new NotPermitted(refusal);
      return { value: await use(link) };
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
  try {
    if (call.kind === 'read') {
      return await readDevice({
        ...{ device, driver, endpoint, leaseRemainingMs, clock, timers },
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
      device: deviceToAsk,
      value: call.value,
      write: (command) => inTurn(writeRefusal, (link) => writeOver(link, command, device.timeout_ms)),
      read: (group) => inTurn(readRefusal, (link) => link.read(group, timeoutMs())),
    });
  } catch (error) {
    if (error instanceof NotPermitted) return { kind: 'refused', detail: error.message };
    throw error;
  } finally {
    endpoints.release(deviceToAsk, endpoint);
  }
}

function writeOver(link: Link, command: Command, timeoutMs: number): Promise<void> {
  if (!link.write) throw new NotPermitted('its protocol writes nothing');
  return link.write(command, timeoutMs);
}
