import type { Msg } from '@nats-io/nats-core';

/** The broker answered, but did not store the message. */
export class PublishRefused extends Error {
  override readonly name = 'PublishRefused';
  /** JetStream's error code, or 0 if no stream took it at all. */
  readonly code: number;
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** Whether it was stored is unknown. */
export class PublishUnconfirmed extends Error {
  override readonly name = 'PublishUnconfirmed';
}

/** It never left this process. */
export class PublishNotSent extends Error {
  override readonly name = 'PublishNotSent';
}

export interface PubAck {
  /** Its sequence in the stream, even if it is that of an earlier message under the same id. */
  readonly sequence: number;
  readonly duplicate: boolean;
}

interface PubAckMessage {
  readonly seq?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly err_code?: number; readonly description?: string };
}

/**
 * A stream's answer to a message. An error is returned, not thrown: throwing one with a stack for each refusal is
 * costly.
 */
export function readPubAck(message: Msg): PubAck | PublishRefused | PublishUnconfirmed {
  if (message.headers?.code === 503) return new PublishRefused('no stream takes it', 0);
  const plain = plainSequence(message.data);
  if (plain !== undefined) return { sequence: plain, duplicate: false };
  try {
    const { seq, duplicate = false, error } = message.json<PubAckMessage>();
    if (error) return new PublishRefused(error.description ?? 'refused', error.err_code ?? 0);
    if (seq === undefined) return new PublishUnconfirmed('an answer without a sequence');
    return { sequence: seq, duplicate };
  } catch (error) {
    return new PublishUnconfirmed('an answer that cannot be read', { cause: error });
  }
}

const answerBegins = Buffer.from('{"stream":');
const sequenceFollows = Buffer.from('"seq":');

/** Sequence in the usual answer, `{"stream":"SAMPLES", "seq":12}`. Undefined for all others, which are read as JSON. */
export function plainSequence(data: Uint8Array): number | undefined {
  let at = data.length - 1;
  if (data[at] !== 0x7d) return undefined;
  let sequence = 0;
  let scale = 1;
  for (at -= 1; at >= 0; at -= 1) {
    const digit = (data[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    sequence += digit * scale;
    scale *= 10;
  }
  const isNumber = scale > 1 && scale <= 1e15;
  if (!isNumber || !endsWith(data, at + 1, sequenceFollows)) return undefined;
  return endsWith(data, answerBegins.length, answerBegins) ? sequence : undefined;
}

function endsWith(data: Uint8Array, end: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (data[end - text.length + index] !== text[index]) return false;
  }
  return true;
}
