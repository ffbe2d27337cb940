import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type MsgRequest,
  type StoredMsg,
} from '@nats-io/jetstream';
import { answeredSoon } from './answered-soon.ts';
import { BrokerAnswers } from './broker-answers.ts';

/** A query for one message of a stream. The client's types lack the second form: first of a subject from a sequence on. */
export type MessageQuery = MsgRequest | { readonly seq: number; readonly next_by_subj: string };

/** A message as the leader of its stream has it, or undefined if there is none. @throws when the broker cannot be asked */
export async function storedMessage(
  jsm: JetStreamManager,
  stream: string,
  query: MessageQuery,
): Promise<StoredMsg | undefined> {
  const ask = () => jsm.streams.getMessage(stream, query as MsgRequest);
  try {
    return (await answeredSoon(BrokerAnswers.behind(jsm), 'read', ask)) ?? undefined;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.NoMessageFound)
      return undefined;
    throw error;
  }
}
