import { createHash } from 'node:crypto';
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  type JetStreamPublishOptions,
} from '@nats-io/jetstream';
import { nuid } from '@nats-io/nats-core';
import type { ObjectStore } from '@nats-io/obj';
import { askAgain } from '../connection/ask-again.ts';
import { BrokerAnswers, type QuestionKind } from '../connection/broker-answers.ts';
import { inProcess } from '../connection/error-codes.ts';
import { withoutLeader } from '../connection/without-leader.ts';

export interface ObjectToStore {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly objects: ObjectStore;
  readonly bucket: string;
  readonly name: string;
  readonly data: Uint8Array;
}

const chunkBytes = 128 * 1024;
const unsettled: readonly number[] = [
  ...withoutLeader,
  inProcess,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

/**
 * Asks a bucket, again and again while it has no leader: a question that finds none is lost, and the next leader should
 * get it at once.
 * @throws the broker's refusal, or that there was no answer in time
 */
export function askBucket<T>(jsm: JetStreamManager, kind: QuestionKind, ask: () => Promise<T>): Promise<T> {
  const answers = BrokerAnswers.behind(jsm);
  const slownessMs = answers.slownessMs(kind);
  return askAgain(() => answers.timed(kind, ask), {
    ...{ everyMs: 700 + slownessMs, withinMs: 5_000 + 2 * slownessMs, isFinal: isRefusal },
  });
}

/**
 * Stores an object as the client does, unless its name is taken. The client sends each message once and waits 5 s for its answer; then
 * it takes the chunks away, although the description may have been stored.
 * @throws when the broker refuses, or gives no answer in time; then it is unknown whether it was stored
 */
export async function storeObject(object: ObjectToStore): Promise<'stored' | 'already_there'> {
  const { js, jsm, objects, bucket, name, data } = object;
  const existing = await askBucket(jsm, 'read', () => objects.info(name));
  if (existing && !existing.deleted) return 'already_there';
  const id = nuid.next();
  let isDescribed = false;
  const chunkSubject = `$O.${bucket}.C.${id}`;
  const publish = (subject: string, body: Uint8Array | string, options: Partial<JetStreamPublishOptions>) =>
    askBucket(jsm, 'write', async () => {
      const { seq, duplicate } = await js.publish(subject, body, options);
      // A clustered 2.10 can answer so for a message that it never stored.
      if (duplicate && seq === 0) throw new Error(`${subject}: sent before, and stored nowhere`);
    });
  try {
    let chunks = 0;
    for (let from = 0; from < data.length; from += chunkBytes, chunks += 1) {
      await publish(chunkSubject, data.subarray(from, from + chunkBytes), { msgID: `${id}/${chunks}` });
    }
    isDescribed = true;
    const description = descriptionOf({ bucket, name, data, id, chunks });
    await publish(`$O.${bucket}.M.${base64url(Buffer.from(name))}`, JSON.stringify(description), {
      msgID: id,
      expect: { lastSubjectSequence: existing?.revision ?? 0 },
    });
    return 'stored';
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Whatever was refused, an earlier try of the description may have been stored.
    const there = isDescribed ? await askBucket(jsm, 'read', () => objects.info(name)) : null;
    if (there?.nuid === id) return 'stored';
    await jsm.streams.purge(`OBJ_${bucket}`, { filter: chunkSubject }).catch(() => undefined);
    if (there) return 'already_there';
    throw error;
  }
}

/** The description as clients of the object store read it. */
function descriptionOf({
  data,
  id,
  ...about
}: {
  readonly bucket: string;
  readonly name: string;
  readonly data: Uint8Array;
  readonly id: string;
  readonly chunks: number;
}) {
  return {
    ...about,
    description: '',
    options: { max_chunk_size: chunkBytes },
    nuid: id,
    size: data.length,
    mtime: new Date().toISOString(),
    digest: `SHA-256=${base64url(createHash('sha256').update(data).digest())}`,
    deleted: false,
  };
}

/** With the padding that the object store wants. */
function base64url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** Whether this is the broker's last word, not an answer without a leader or before an earlier message is settled. */
function isRefusal(error: unknown): boolean {
  return error instanceof JetStreamApiError && !unsettled.includes(error.code);
}
