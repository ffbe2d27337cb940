import { setTimeout as sleep } from 'node:timers/promises';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { connectNats, type NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { plainHeaders } from '@holdfast/shared/jetstream/connection/plain-headers.ts';
import { permissionsOf } from '@holdfast/shared/permissions/permissions.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { sendWithReplies } from '../../identities/reply-attacks.ts';
import { Random } from '../../world/random.ts';
import { Eavesdropper } from './eavesdropper.ts';
import { type ForgedMessage, forbidden, forgeries, ofOwnTask } from './forgeries.ts';

/**
 * A program that has a collector's key and forges whatever that allows, one kind after the other, until SIGTERM. Each line of stdout says how many
 * messages of each kind the broker has stored so far.
 *
 * FORGER_ID, NATS_URL and NATS_NKEY_SEED as a collector has them; FORGER_SEED and FORGER_PAUSE_MS say what comes when. With
 * FORGER_KEEPS_STREAMS it deletes none where it could: a run without streams cannot be judged.
 */
// biome-ignore lint/style/noProcessEnv: a program of its own
const { FORGER_ID: id = '', NATS_URL: url = '', NATS_NKEY_SEED: nkeySeed = '', ...settings } = process.env;
const pauseMs = Number(settings.FORGER_PAUSE_MS);
const random = new Random(Number(settings.FORGER_SEED));
const counts: Record<string, number> = {};
const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());

/** Where an answer of the broker would do harm, see docs/adr/0033. */
const replyTargets = (task: string): readonly string[] => [
  subjects.lifecycle(task),
  subjects.placement(task),
  `$KV.API_KEYS.deadbeef`,
  `$KV.LEADER.supervisor`,
  `assignments.collector-1.${task}`,
  'audit.key.make',
  ...(settings.FORGER_KEEPS_STREAMS === 'true'
    ? []
    : ['$JS.API.STREAM.DELETE.SESSIONS', '$JS.API.STREAM.DELETE.SAMPLES']),
  '$JS.API.CONSUMER.MSG.NEXT.SAMPLES.writer',
];

async function publish(nc: NatsConnection, { subject, body, headers }: ForgedMessage): Promise<boolean> {
  try {
    const about = headers ? { headers: plainHeaders(headers) } : {};
    const answer = await nc.request(subject, body, { timeout: 2_000, ...about });
    const ack = answer.json<{ seq?: number; duplicate?: boolean }>();
    return ack.seq !== undefined && ack.duplicate !== true;
  } catch {
    return false;
  }
}

/** Attacks by reply subject come once in so many turns: each of them is dozens of requests. */
const turnsBetweenReplies = 5;

async function main(): Promise<void> {
  const log = createLogger('forger', 'silent');
  const connection = await connectNats({ url, nkeySeed, name: `collector-${id}`, log });
  const { nc } = connection;
  const eavesdropper = await Eavesdropper.open(nc, id);
  const { allow } = permissionsOf('collector', { collectorId: id }).publish;
  let deck: string[] = [];
  let turns = 0;
  while (!stopping.signal.aborted) {
    await sleep(random.integer(pauseMs / 2, pauseMs * 1.5), undefined, { signal: stopping.signal }).catch(
      () => {},
    );
    try {
      await eavesdropper.readLog();
      if (deck.length === 0) deck = random.shuffled(Object.keys(forgeries));
      const name = deck.shift() ?? '';
      const victim = await eavesdropper.victim(random, ofOwnTask.has(name));
      if (!victim || !connection.isUp()) {
        deck.push(name);
        continue;
      }
      const messages = forgeries[name]?.({ id, victim, eavesdropper, random }) ?? [];
      const confirmed = await Promise.all(messages.map((message) => publish(nc, message)));
      const count = confirmed.filter(Boolean).length;
      if (count > 0) counts[name] = (counts[name] ?? 0) + count;
      for (const message of forbidden({ id, victim, eavesdropper, random }))
        nc.publish(message.subject, message.body);
      turns += 1;
      if (turns % turnsBetweenReplies === 0)
        await sendWithReplies(nc, allow, [random.pick(replyTargets(victim.sample.task))]);
    } catch {
      // The broker is unavailable, which is not the forger's fault.
    }
    console.log(JSON.stringify(counts));
  }
  await connection.close();
}

await main();
