import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { jetstreamManager } from '@nats-io/jetstream';

/** One stream as it stands. */
interface Standing {
  readonly created: string;
  readonly lastSequence: number;
  readonly aSubject: string;
}

/** Every stream of the broker by its name. */
export async function standingOf(nc: NatsConnection): Promise<Map<string, Standing>> {
  const jsm = await jetstreamManager(nc);
  const standing = new Map<string, Standing>();
  for await (const { config, created, state } of jsm.streams.list()) {
    const [pattern = ''] = config.subjects ?? [];
    const aSubject = literal(pattern.replace(/^sessions\.>$/, 'sessions.task.1.lifecycle'));
    standing.set(config.name, { created: String(created), lastSequence: state.last_seq, aSubject });
  }
  return standing;
}

/**
 * Sends each request that these permissions allow, once with each of these reply subjects, none of which is an inbox. The
 * broker checks the subject of a message, and never its reply subject.
 */
export async function sendWithReplies(
  nc: NatsConnection,
  allowed: readonly string[],
  replies: readonly string[],
): Promise<void> {
  for (const subject of allowed) {
    for (const body of bodiesFor(subject)) {
      for (const reply of replies) nc.publish(literal(subject), body, { reply });
    }
  }
  await nc.flush();
}

function bodiesFor(subject: string): string[] {
  if (subject.startsWith('$JS.API.CONSUMER.MSG.NEXT.')) return [JSON.stringify({ batch: 1, no_wait: true })];
  if (/^\$JS\.API\.(STREAM\.MSG|DIRECT)\.GET\./.test(subject)) return ['{"seq":1}', '{"seq":999999}'];
  return [''];
}

/** A subject that matches the pattern, of something that is there or could be. */
function literal(pattern: string): string {
  return pattern
    .replaceAll('*', 'x')
    .replace(/>$/, 'x')
    .replace(/^(\$JS\.API\.CONSUMER\.[A-Z.]+\.\w+\.)x$/, '$1known');
}
