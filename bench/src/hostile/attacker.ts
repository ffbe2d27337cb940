import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { bucketNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats } from '@holdfast/shared/jetstream/connection/connect.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { type Attack, type AttackName, attacks, leaseOf, type Targets } from './attacks.ts';

/** The `workerData` of the attacking thread. */
export interface AttackerData {
  readonly url: string;
  readonly seed: string;
  readonly collectorId: string;
}

/** An order to the attacking thread. */
export type AttackOrder = { readonly attack: AttackName; readonly thief: Targets } | 'stop';

/** Its answers: that it holds a lease, and how much it has sent when it has stopped. */
export type AttackReport = 'ready' | { readonly messages: number; readonly bytes: number };

/** Sent in a row before the broker is asked whether it has taken them. */
const inARow = { bytes: 1024 * 1024, messages: 1_000 };
const renewEveryMs = 1_000;

const { url, seed, collectorId } = workerData as AttackerData;
const log = createLogger('attacker', 'fatal');
const { nc, close } = await connectNats({ url, nkeySeed: seed, name: `collector-${collectorId}`, log });
const inbox = `_INBOX.collector.${collectorId}.x`;
nc.subscribe(inbox, { callback: () => undefined });
/** A reading of 400,000 faults. */
const faulty = `{"kind":"read","requests":[],"points":[${'0,'.repeat(400_000)}0]}`;
nc.subscribe(subjects.deviceCall(collectorId), {
  callback: (_error, message) => void message.respond(faulty),
});

let renewals = 0;
let isRenewing = true;
const renew = () => {
  renewals += 1;
  if (isRenewing) nc.publish(`$KV.${bucketNames.collectors}.${collectorId}`, leaseOf(renewals, 'active'));
};
renew();
const renewing = setInterval(renew, renewEveryMs);

let isOver = true;
let attacking: Promise<void> = Promise.resolve();

async function flood(name: AttackName, thief: Targets): Promise<void> {
  const attack: Attack = attacks[name];
  isRenewing = !name.includes('lease');
  let messages = 0;
  let bytes = 0;
  while (!isOver) {
    const untilMessages = messages + inARow.messages;
    const untilBytes = bytes + inARow.bytes;
    while (messages < untilMessages && bytes < untilBytes) {
      const {
        subject,
        body,
        isRequest = false,
      } = attack(messages, thief) as ReturnType<(typeof attacks)['consumers']>;
      nc.publish(subject, body, isRequest ? { reply: inbox } : {});
      messages += 1;
      bytes += body.length;
    }
    await nc.flush();
    await turn();
  }
  isRenewing = true;
  report({ messages, bytes });
}

const report = (what: AttackReport) => parentPort?.postMessage(what);

parentPort?.on('message', (order: AttackOrder | 'end') => {
  if (order === 'stop') isOver = true;
  else if (order === 'end') {
    isOver = true;
    clearInterval(renewing);
    void attacking.then(close).then(() => parentPort?.close());
  } else {
    isOver = false;
    attacking = flood(order.attack, order.thief);
  }
});
await nc.flush();
report('ready');
