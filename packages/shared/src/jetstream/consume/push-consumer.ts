import {
  type ConsumerConfig,
  JetStreamApiCodes,
  JetStreamApiError,
  jetstreamManager,
} from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { answeredSoon } from '../connection/answered-soon.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';

export interface PushedMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  /** The subject on which it is acknowledged. */
  readonly reply: string;
  readonly sequence: number;
  /** Counts the deliveries of this consumer, from 1 on. */
  readonly delivery: number;
}

export interface PushConsumer {
  /** Whether nothing has come for several heartbeats: the consumer is gone, or its deliveries do not get through. */
  isSilent(): boolean;
  /** Whether the broker still has it. @throws when it cannot be asked */
  isIntact(): Promise<boolean>;
  /** Takes nothing more. The broker keeps the consumer. */
  close(): void;
}

export interface PushConsumerOptions {
  readonly nc: NatsConnection;
  readonly stream: string;
  /** Fixed, so that permissions can name it. */
  readonly name: string;
  /** Deliveries go to subjects below this one. */
  readonly deliverTo: string;
  readonly config: Partial<ConsumerConfig>;
  readonly onMessage: (message: PushedMessage) => void;
}

/** Time for making the consumer, or more on a slow link. */
const answeredWithinMs = 5_000;
const heartbeatMs = 2_000;
const silentAfterMs = 7_000;
const nanosPerMs = 1_000_000;
/** The broker's status code for a heartbeat, or for a question whether deliveries arrive: neither is a message. */
const statusCode = 100;

/**
 * Recreates the consumer of this name, so that everything unacknowledged comes at once, and takes what it delivers. The
 * broker pushes: where an account imports what it needs, each request of a pull consumer leaves an entry in the broker
 * for ever.
 *
 * Each consumer has a delivery subject of its own: messages still on their way from a former one are not received, and
 * a process that goes by the same name does not hear another's deliveries.
 * @throws when the broker refuses, or gives no answer in time
 */
export async function openPushConsumer(options: PushConsumerOptions): Promise<PushConsumer> {
  const { nc, stream, name, deliverTo, config, onMessage } = options;
  // A new consumer needs a leader of its own first.
  const answers = BrokerAnswers.of(nc);
  const withinMs = Math.max(answeredWithinMs, 3 * answers.patienceMs('write'));
  const jsm = await jetstreamManager(nc, { checkAPI: false, timeout: withinMs });
  const subject = createInbox(deliverTo);
  let heardAtMs = performance.now();
  const subscription = nc.subscribe(subject, {
    callback: (error, message) => {
      if (error) return;
      heardAtMs = performance.now();
      if (message.headers?.code === statusCode) answerStatus(nc, message);
      else onMessage(pushed(message));
    },
  });
  const isGone = (error: unknown) =>
    error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound;
  try {
    await answeredSoon(answers, 'write', () => jsm.consumers.delete(stream, name), withinMs).catch(
      (error: unknown) => {
        if (!isGone(error)) throw error;
      },
    );
    const { created } = await answeredSoon(
      answers,
      'write',
      () =>
        jsm.consumers.add(stream, {
          name,
          deliver_subject: subject,
          idle_heartbeat: heartbeatMs * nanosPerMs,
          ...config,
        }),
      withinMs,
    );
    heardAtMs = performance.now();
    return {
      isSilent: () => performance.now() - heardAtMs > silentAfterMs,
      isIntact: async () => {
        try {
          return (await jsm.consumers.info(stream, name)).created === created;
        } catch (error) {
          if (isGone(error)) return false;
          throw error;
        }
      },
      close: () => subscription.unsubscribe(),
    };
  } catch (error) {
    subscription.unsubscribe();
    throw error;
  }
}

/** The broker continues delivering once it knows that what it sent has arrived. */
function answerStatus(nc: NatsConnection, message: Msg): void {
  const replySubject = message.reply || message.headers?.get('Nats-Consumer-Stalled');
  if (replySubject) nc.publish(replySubject);
}

/**
 * The broker writes a message's position into its reply subject:
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<delivery>.…`
 */
function pushed({ subject, data, reply = '' }: Msg): PushedMessage {
  const tokens = reply.split('.');
  return { subject, data, reply, sequence: Number(tokens[5]), delivery: Number(tokens[6]) };
}
