import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createInbox, headers, type MsgHdrs } from '@nats-io/nats-core';
import { InvalidMeasurement } from '../benchmark.ts';

export interface ReadyMessage {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: MsgHdrs;
}

export function readyMessage(subject: string, body: string, messageId: string): ReadyMessage {
  const about = headers();
  about.set('Nats-Msg-Id', messageId);
  return { subject, body: new TextEncoder().encode(body), headers: about };
}

/**
 * Publishes ready-made messages, and does nothing but count the confirmations.
 * @throws InvalidMeasurement
 */
export async function publishBare(
  nc: NatsConnection,
  messages: readonly ReadyMessage[],
  maxInFlight: number,
): Promise<void> {
  const inbox = createInbox();
  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    let confirmed = 0;
    const send = () => {
      for (
        let message = messages[sent];
        message && sent - confirmed < maxInFlight;
        message = messages[sent]
      ) {
        nc.publish(message.subject, message.body, { reply: inbox, headers: message.headers });
        sent += 1;
      }
    };
    const answers = nc.subscribe(inbox, {
      callback: (error, answer) => {
        if (error || answer.headers?.hasError || answer.string().includes('"error"')) {
          reject(new InvalidMeasurement(`the broker refused: ${error?.message ?? answer.string()}`));
        }
        confirmed += 1;
        if (confirmed < messages.length) send();
        else {
          answers.unsubscribe();
          resolve();
        }
      },
    });
    send();
  });
}
