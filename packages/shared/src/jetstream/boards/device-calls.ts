import type { Text } from '@holdfast/texts/text.ts';
import {
  type Msg,
  type NatsConnection,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from '@nats-io/nats-core';
import type * as z from 'zod';
import {
  type DeviceCall,
  type DeviceReply,
  deviceCallSchema,
  deviceReplySchema,
} from '../../contracts/device-call.ts';
import {
  type DrainCall,
  type DrainReply,
  drainCallSchema,
  drainReplySchema,
} from '../../contracts/drain-call.ts';
import { isReplyTo, subjects } from '../../contracts/subjects.ts';
import { collectorText } from '../../contracts/words/collector-texts.ts';
import { safeParseUntrusted } from '../../judgement/parse-untrusted.ts';
import type { Logger } from '../../runtime/logger.ts';
import { traceHeaders } from '../connection/trace-headers.ts';

/**
 * Time for the round trip to the collector, on top of the call itself: its link may be slow. The broker says at once when
 * no collector listens.
 */
const transportMs = 5_000;

export type CallOutcome =
  | { readonly ok: true; readonly reply: DeviceReply }
  /** `absent`: no such collector listens, nothing was asked. `silent`: it may have asked the device. */
  | { readonly ok: false; readonly why: 'absent' | 'silent'; readonly detail: string };

export type DrainOutcome =
  | { readonly ok: true; readonly reply: DrainReply }
  /** `silent`: the collector may have heard the call anyway. */
  | { readonly ok: false; readonly why: 'absent' | 'silent' };

const drainMs = 5_000;

/** Asks one collector to let go of its work, or to take work again. @throws when the broker cannot be used */
export async function callForDrain(
  nc: NatsConnection,
  collectorId: string,
  kind: DrainCall['kind'],
  traceparent?: string,
): Promise<DrainOutcome> {
  const call: DrainCall = { v: 1, kind, traceparent };
  try {
    const message = await nc.request(subjects.deviceCall(collectorId), JSON.stringify(call), {
      timeout: drainMs,
      ...traceHeaders(traceparent),
    });
    return { ok: true, reply: replyOf(drainReplySchema, message) };
  } catch (error) {
    if (error instanceof TimeoutError) return { ok: false, why: 'silent' };
    if (!isNobodyThere(error)) throw error;
    return { ok: false, why: 'absent' };
  }
}

/** Asks one collector once; never repeats. @throws when the broker cannot be used, or the reply is not a valid one */
export async function callDevice(
  nc: NatsConnection,
  collectorId: string,
  call: DeviceCall,
): Promise<CallOutcome> {
  try {
    const message = await nc.request(subjects.deviceCall(collectorId), JSON.stringify(call), {
      timeout: call.within_ms + transportMs,
      ...traceHeaders(call.traceparent),
    });
    return { ok: true, reply: replyOf(deviceReplySchema, message) };
  } catch (error) {
    if (error instanceof TimeoutError) {
      return { ok: false, why: 'silent', detail: `collector ${collectorId} gave no answer in time` };
    }
    if (!isNobodyThere(error)) throw error;
    return { ok: false, why: 'absent', detail: `collector ${collectorId} is not there` };
  }
}

/** @throws when the collector's reply is not a valid one */
function replyOf<T>(schema: z.ZodType<T>, message: Msg): T {
  const reply = safeParseUntrusted(schema, message.json());
  if (!reply.success) throw reply.error;
  return reply.data;
}

function isNobodyThere(error: unknown): boolean {
  return error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
}

/**
 * Answers the API's calls to this collector, several at a time: each endpoint queues its own. Calls from anybody else
 * are ignored: an answer would let their sender write to any subject.
 * @returns stops listening
 */
export function serveDeviceCalls(options: {
  readonly nc: NatsConnection;
  readonly collectorId: string;
  readonly answer: (call: DeviceCall) => Promise<DeviceReply>;
  readonly drain: (call: DrainCall) => DrainReply;
  readonly log: Logger;
}): () => void {
  const { nc, collectorId, answer, drain, log } = options;
  const tellIgnored = tellOfForgeries(log);
  const subscription = nc.subscribe(subjects.deviceCall(collectorId), {
    callback: (_error, message) => {
      if (!isReplyTo('api', message.reply)) return tellIgnored(message.reply);
      void (async () => {
        const drainCall = drainCallSchema.safeParse(jsonOf(message));
        if (drainCall.success) {
          message.respond(JSON.stringify(drain(drainCall.data)));
          return;
        }
        const call = understood(message);
        // A caller that gets no answer treats the outcome as unknown, which is right when something failed half-way.
        const reply = call ? await answer(call) : notUnderstood;
        message.respond(fittedReply(reply, nc.info?.max_payload ?? usualPayloadBytes));
      })().catch((error: unknown) => log.error({ err: error }, 'a call to read or write a device broke off'));
    },
  });
  return () => subscription.unsubscribe();
}

/** Largest message that NATS takes unless set otherwise. */
const usualPayloadBytes = 1_048_576;
/** Share of a message for the values of a reading; the rest is for its requests. */
const shareOfValues = 0.75;

/** The reply as text that NATS takes. An answer that is not sent would look like a collector that is silent. */
function fittedReply(reply: DeviceReply, mostBytes: number): string {
  const whole = JSON.stringify(reply);
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  if (reply.kind === 'read') {
    const mostOfValue = Math.floor((mostBytes * shareOfValues) / reply.points.length);
    const points = reply.points.map((point) => {
      const plain = { ...point, raw: [] };
      const bytes = Buffer.byteLength(JSON.stringify(plain)) + 1;
      return bytes <= mostOfValue ? plain : { ...plain, quality: 'bad', value: null, detail: tooLong(bytes) };
    });
    const requests = reply.requests.map(({ heard: _, ...request }) => request);
    const lesser = JSON.stringify({ ...reply, points, requests });
    if (Buffer.byteLength(lesser) <= mostBytes) return lesser;
  }
  const detail = collectorText('answer_too_long', { count: Buffer.byteLength(whole), most: mostBytes });
  return JSON.stringify({ kind: 'refused', detail } satisfies DeviceReply);
}

function tooLong(bytes: number): Text {
  return collectorText('value_too_long_for_the_answer', { count: bytes });
}

const tellEveryMs = 60_000;

/** Logs forged calls at most once a minute, so that they cannot fill the log. */
function tellOfForgeries(log: Logger): (reply: string | undefined) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let calls = 0;
  return (reply = '') => {
    calls += 1;
    if (performance.now() - toldAtMs < tellEveryMs) return;
    log.error(
      { calls, reply },
      'a client that is not the API had a call sent to this collector, which did nothing for it: a key of NATS is in wrong hands',
    );
    toldAtMs = performance.now();
    calls = 0;
  };
}

const notUnderstood: DeviceReply = {
  kind: 'refused',
  detail: 'the collector does not understand the call: is it of another release?',
};

function understood(message: Msg): DeviceCall | undefined {
  return deviceCallSchema.safeParse(jsonOf(message)).data;
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
