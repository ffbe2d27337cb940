import type { Link } from '@holdfast/driver/link.ts';
import type { Command } from '@holdfast/driver/requests.ts';
import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers, type Timers } from '@holdfast/shared/runtime/timers.ts';
import type { Text } from '@holdfast/texts/text.ts';
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
  if (leaseRemainingMs() <= 0) return { kind: 'refused', detail: collectorText('no_lease_at_present') };
  if (call.kind === 'write' && !point?.writable) {
    return {
      kind: 'refused',
      detail: collectorText('not_marked_writable', { place: `${device.code} ${point?.code ?? ''}` }),
    };
  }
  const driver = endpoints.driver(device.protocol);
  const deviceToAsk = pollableDevice(device, driver, new PointSet(device.points));
  await endpoints.locate([device]);
  const endpoint = endpoints.acquire(deviceToAsk, '');
  const asker = {};
  const inTurn = async <T>(
    refusalNow: () => Text | undefined,
    use: (link: Link) => Promise<T>,
  ): Promise<T> => {
    const done = await endpoint.turn(asker, turnOptions(deviceToAsk), async (link) => {
      // Write and read-back must be over before anybody else may take the device.
      if (leaseRemainingMs() <= neededMs) await renewLease(renewalMs);
      const refusal = refusalNow();
      if (refusal !== undefined) throw new NotPermitted(refusal);
      return { value: await use(link) };
    });
    if (!done) throw new NotPermitted(collectorText('turn_given_back'));
    return done.value;
  };
  const neededMs = device.timeout_ms + settleMs;
  const timeoutMs = () => Math.max(1, Math.min(device.timeout_ms, Math.floor(deadlineMs - nowMs())));
  const readRefusal = (): Text | undefined => {
    if (leaseRemainingMs() <= 0) return collectorText('lease_lost');
    if (leaseRemainingMs() <= neededMs) return collectorText('lease_might_have_ended');
    return nowMs() < deadlineMs ? undefined : collectorText('time_for_it_over', { ms: call.within_ms });
  };
  try {
    if (call.kind === 'read') {
      return await readDevice({
        ...{ device, driver, endpoint, leaseRemainingMs, clock, timers },
        learnedLimits: call.learned_limits,
        withinMs: call.within_ms,
      });
    }
    const writeRefusal = (): Text | undefined => {
      if (leaseRemainingMs() <= neededMs) {
        return collectorText('write_outlasts_lease', { ms: neededMs, most: Math.floor(leaseRemainingMs()) });
      }
      return nowMs() + device.timeout_ms < deadlineMs
        ? undefined
        : collectorText('turn_came_too_late', { ms: call.within_ms });
    };
    return await writePoint({
      device: deviceToAsk,
      value: call.value,
      write: (command) => inTurn(writeRefusal, (link) => writeOver(link, command, device.timeout_ms)),
      read: (group) => inTurn(readRefusal, (link) => link.read(group, timeoutMs())),
    });
  } catch (error) {
    if (error instanceof NotPermitted) return { kind: 'refused', detail: error.text };
    throw error;
  } finally {
    endpoints.release(deviceToAsk, endpoint);
  }
}

function writeOver(link: Link, command: Command, timeoutMs: number): Promise<void> {
  if (!link.write) throw new NotPermitted(collectorText('protocol_writes_nothing'));
  return link.write(command, timeoutMs);
}
