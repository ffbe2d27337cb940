import { hash, randomUUID } from 'node:crypto';
import type { CommandRecord } from '@holdfast/shared/contracts/command-record.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CommandAttempt, CommandKeys } from '../ports.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { problemOf } from './problem-of.ts';
import { traceParentOf } from './request-trace.ts';
import { httpText } from './texts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** True once the handler has written the audit log itself. */
    isAudited: boolean;
  }
}

export interface CommandAnswer<Body extends object> {
  readonly status: 200 | 201;
  readonly location?: string;
  readonly body: Body;
  /**
   * Whether an earlier try did it already. Left out where that is not known: then every try but the first with the key
   * counts as a repeat.
   */
  readonly isReplayed?: boolean;
}

/** How a route deals with Idempotency-Key. */
export interface OnceRule {
  /** Whether an answer with this status means that nothing was done, so that the key is free for another try. */
  readonly changedNothing: (status: number) => boolean;
  /** False: the handler finds out by itself what came of an earlier try. */
  readonly keepsAnswer: boolean;
}

/** Failures below 5xx stored nothing; after a 5xx a repeat has to find out. */
export const storedNothing = (status: number): boolean => status < 500;

export interface OnceKeys {
  readonly keys: CommandKeys;
  /** Name of the caller: two callers may use the same key. */
  readonly callerOf: (request: FastifyRequest) => string;
}

/**
 * Carries a command out once for each Idempotency-Key of a caller; without a key each time.
 * The key is kept before the command is carried out, with the id that its event will have, and the answer afterwards.
 * Any process answers a repeat as the first call was answered; if that was cut off in between, `execute` learns that
 * it is a repeat, and finds out by the id what came of the first.
 */
export function carryOutOnce(
  { changedNothing, keepsAnswer }: OnceRule,
  { keys, callerOf }: OnceKeys,
  execute: (request: FastifyRequest, attempt: CommandAttempt) => Promise<CommandAnswer<object>>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<object> {
  return async (request, reply) => {
    const key = keyOf(request, callerOf);
    const traceparent = traceParentOf(request.raw);
    if (key === undefined) {
      return answer(reply, await execute(request, { commandId: randomUUID(), isRepeat: false, traceparent }));
    }
    const record: CommandRecord = {
      v: 1,
      fingerprint: fingerprintOf(request),
      command_id: randomUUID(),
      answer: null,
    };
    const earlier = await keys.claim(key, record);
    if (earlier && earlier.fingerprint !== record.fingerprint) throw keyReused();
    if (earlier?.answer) {
      tellReplayed(request, reply);
      const { status, location, body } = earlier.answer;
      return answer(reply, {
        status: status === 201 ? 201 : 200,
        ...(location === null ? {} : { location }),
        body,
      });
    }
    const { command_id } = earlier ?? record;
    try {
      const attempt = { commandId: command_id, isRepeat: earlier !== undefined, traceparent };
      const done = await execute(request, attempt);
      const { status, location = null, body, isReplayed = earlier !== undefined } = done;
      // The first try may have been cut off before its audit entry: a second entry is harmless, a missing one is not.
      if (isReplayed) reply.header('idempotency-replayed', 'true');
      if (keepsAnswer) {
        const answerToKeep = { status, location, body: body as Record<string, unknown> };
        await keys.put(key, { ...record, command_id, answer: answerToKeep }).catch((err: unknown) => {
          // A repeat finds the outcome by the command's id.
          request.log.warn({ err }, 'the answer to a command could not be kept under its Idempotency-Key');
        });
      }
      return answer(reply, done);
    } catch (error) {
      // While the first try may still be on its way, a repeat must not free its key.
      if (!earlier && changedNothing(problemOf(error).status)) await keys.delete(key).catch(() => undefined);
      throw error;
    }
  };
}

function tellReplayed(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('idempotency-replayed', 'true');
  // The audit log has the first try; this one changes nothing.
  request.isAudited = true;
}

function answer(reply: FastifyReply, { status, location, body }: CommandAnswer<object>): object {
  reply.code(status);
  if (location !== undefined) reply.header('location', location);
  return body;
}

export function isKeyed({ headers }: FastifyRequest): boolean {
  return headers['idempotency-key'] !== undefined;
}

/** The key as it is kept: one for each caller, with only characters that a bucket takes. */
function keyOf(request: FastifyRequest, callerOf: OnceKeys['callerOf']): string | undefined {
  const keyText = request.headers['idempotency-key'];
  if (keyText === undefined) return undefined;
  if (typeof keyText !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(keyText)) {
    throw validationFailed([{ path: 'Idempotency-Key', message: fieldText('idempotency_key_rule') }]);
  }
  return sha256(`${callerOf(request)}\n${keyText}`);
}

function fingerprintOf(request: FastifyRequest): string {
  const { method, params, body } = request;
  return sha256(JSON.stringify([method, request.routeOptions.url, params, body ?? null]));
}

function sha256(text: string): string {
  return hash('sha256', text);
}

function keyReused(): Problem {
  return new Problem('idempotency_key_reused', httpText('idempotency_key_reused'));
}
