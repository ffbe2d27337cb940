import { DeliverPolicy, type JetStreamClient, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { isBrokerCopy } from '../../contracts/broker-copy.ts';
import {
  type DeviceHealthChange,
  encodeHealthChange,
  parseHealthChange,
} from '../../contracts/health-change.ts';
import { streamNames, subjects } from '../../contracts/subjects.ts';
import { lastSequenceOf, messagesUpTo } from '../consume/messages-up-to.ts';
import { orderedConsumer } from '../consume/ordered-consumer.ts';
import { type PageBackwards, readBackwards } from '../consume/read-backwards.ts';

/** Publishes changes of device health to HEALTH. */
export class HealthStream {
  readonly #js: JetStreamClient;

  constructor(nc: NatsConnection) {
    this.#js = jetstream(nc);
  }

  async publish(change: DeviceHealthChange): Promise<void> {
    await this.#js.publish(
      subjects.health(change.collector, change.task, change.device_id),
      encodeHealthChange(change),
    );
  }
}

/** Changes of device health, of all devices or of one by its id, newest first. @throws when the broker cannot be asked */
export function readHealthChanges(
  nc: NatsConnection,
  {
    deviceId,
    before,
    max,
  }: { readonly deviceId?: string | undefined; readonly before: number | undefined; readonly max: number },
): Promise<PageBackwards<DeviceHealthChange>> {
  return readBackwards(nc, {
    stream: streamNames.health,
    subject: deviceId === undefined ? subjects.allHealth : subjects.health('*', '*', deviceId),
    before,
    max,
    read: parseHealthChange,
  });
}

/** A session with fewer changes is read from its start, so that each device's state is known at any time. */
const wholeAtMost = 5_000;
const changesAtMost = 20_000;
/** Collectors' clocks are a little off the broker's. */
const slackMs = 60_000;

export interface HealthOfSession {
  readonly session: string;
  readonly taskId: number;
  readonly startedAt: Date;
  readonly from: Date;
  readonly to: Date;
}

/**
 * Health changes of a session's devices, oldest first: from its start up to the end of the requested time. If those are
 * too many, only the changes within that time, next to the very last one of each device.
 * @throws when the broker cannot be asked
 */
export async function readHealthOfSession(
  nc: NatsConnection,
  { session, taskId, startedAt, from, to }: HealthOfSession,
): Promise<{ changes: DeviceHealthChange[]; latest: DeviceHealthChange[]; isCut: boolean }> {
  const filter = subjects.health('*', String(taskId), '*');
  const since = async (start: Date, atMost: number) => {
    const changes: DeviceHealthChange[] = [];
    let isCut = false;
    const startTime = new Date(Math.max(0, start.getTime() - slackMs)).toISOString();
    const options = { deliver_policy: DeliverPolicy.StartTime, opt_start_time: startTime };
    await eachChange(nc, filter, options, (change) => {
      const timeMs = Date.parse(change.time);
      if (timeMs >= to.getTime() + slackMs) return false;
      if (change.session !== session || timeMs < start.getTime() || timeMs >= to.getTime()) return true;
      isCut = changes.length === atMost;
      if (!isCut) changes.push(change);
      return !isCut;
    });
    return { changes, isCut };
  };
  const whole = await since(startedAt, wholeAtMost);
  if (!whole.isCut) return { ...whole, latest: [] };
  const latest: DeviceHealthChange[] = [];
  await eachChange(nc, filter, { deliver_policy: DeliverPolicy.LastPerSubject }, (change) => {
    if (change.session === session) latest.push(change);
    return true;
  });
  return { ...(await since(from, changesAtMost)), latest };
}

/** @param take gets one change after the other until it says no */
async function eachChange(
  nc: NatsConnection,
  filter: string,
  start: Pick<Parameters<typeof orderedConsumer>[2], 'deliver_policy' | 'opt_start_time'>,
  take: (change: DeviceHealthChange) => boolean,
): Promise<void> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const last = () => lastSequenceOf(jsm, streamNames.health, filter);
  const options = { ...start, filter_subjects: filter };
  const consumer = await orderedConsumer(jetstream(nc), streamNames.health, options);
  try {
    for await (const message of messagesUpTo(consumer, last)) {
      if (isBrokerCopy(message.headers)) continue;
      const change = parseHealthChange(message.string(), message.subject);
      if (change && !take(change)) break;
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
}
