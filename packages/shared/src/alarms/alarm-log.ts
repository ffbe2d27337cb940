import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { decodeAlarmEvent } from '../contracts/alarm-events.ts';
import { isBrokerCopy } from '../contracts/broker-copy.ts';
import { streamNames, subjects } from '../contracts/subjects.ts';
import { alarmIdText, evolveAlarm } from '../domain/alarm/alarm.ts';
import { lastSequenceOf, messagesUpTo } from '../jetstream/consume/messages-up-to.ts';
import { orderedConsumer } from '../jetstream/consume/ordered-consumer.ts';
import { storedEvent } from '../jetstream/sessions/jetstream-event-store.ts';
import type { Logger } from '../runtime/logger.ts';
import type { StoredAlarm } from './handle-alarm-command.ts';

/**
 * Every alarm as its newest event has it, by id. An event that this release cannot read is logged and left out.
 * @throws when the broker cannot be asked
 */
export async function readAlarms(nc: NatsConnection, log: Logger): Promise<Map<string, StoredAlarm>> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const consumer = await orderedConsumer(jetstream(nc), streamNames.alarms, {
    deliver_policy: DeliverPolicy.LastPerSubject,
    filter_subjects: subjects.allAlarms,
  });
  const alarms = new Map<string, StoredAlarm>();
  try {
    const last = () => lastSequenceOf(jsm, streamNames.alarms, subjects.allAlarms);
    for await (const message of messagesUpTo(consumer, last)) {
      if (isBrokerCopy(message.headers)) continue;
      const { message: event } = storedEvent(message.subject, message.seq, message.data);
      const decoded = decodeAlarmEvent(event);
      if ('problem' in decoded || subjects.alarm(decoded.id) !== message.subject) {
        log.error({ subject: message.subject, sequence: message.seq }, 'an event of ALARMS cannot be read');
        continue;
      }
      const { id, event: change } = decoded;
      alarms.set(alarmIdText(id), { id, alarm: evolveAlarm(change, message.seq), sequence: message.seq });
    }
  } finally {
    await consumer.delete().catch(() => undefined);
  }
  return alarms;
}
