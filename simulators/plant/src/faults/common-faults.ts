import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { durationSchema } from '../duration.ts';
import type { Fault, FaultDescription } from '../simulator.ts';

/** When a fault acts; unless said otherwise, from when it is set until it is cleared. */
export const when = {
  /** Time from the start of the plant, or from setting the fault through the control API, until it begins. */
  at: durationSchema.optional(),
  /** How long it lasts. */
  for: durationSchema.optional(),
  /** Time from one beginning to the next; needs `for`. */
  every: durationSchema.optional(),
  /** Share of requests that the fault hits, 0…1. */
  probability: z.number().min(0).max(1).optional(),
};

const delayMs = z.int().min(0).max(600_000);

/** Faults that any device can have that answers requests, whatever its protocol. */
export const answerFaults = [
  z.strictObject({ kind: z.literal('silence'), ...when }),
  z.strictObject({ kind: z.literal('slow'), delay_ms: delayMs, jitter_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('late_reply'), delay_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('doubled'), delay_ms: delayMs.optional(), ...when }),
  z.strictObject({ kind: z.literal('garbage'), ...when }),
  z.strictObject({ kind: z.literal('truncated'), bytes: z.int().min(1).max(256).optional(), ...when }),
] as const;

/** Faults of connections. */
export const connectionFaults = [
  z.strictObject({ kind: z.literal('reset'), ...when }),
  z.strictObject({ kind: z.literal('half_open'), ...when }),
  z.strictObject({ kind: z.literal('refuse_connections'), ...when }),
  z.strictObject({
    kind: z.literal('single_connection'),
    others: z.enum(['close', 'ignore', 'replace']).optional(),
    ...when,
  }),
] as const;

export type AnswerFault = z.infer<(typeof answerFaults)[number]>;
export type ConnectionFault = z.infer<(typeof connectionFaults)[number]>;
export type CommonFault = AnswerFault | ConnectionFault;
export type SingleConnection = Extract<ConnectionFault, { kind: 'single_connection' }>;

/** The descriptions that `--list-faults` shows. */
export const commonFaultDescriptions: Readonly<Record<CommonFault['kind'], FaultDescription>> = {
  silence: { example: '{"kind":"silence"}', does: 'takes requests and never answers' },
  slow: {
    example: '{"kind":"slow","delay_ms":1500,"jitter_ms":200}',
    does: 'answers after delay_ms and, at random, up to jitter_ms more',
  },
  late_reply: {
    example: '{"kind":"late_reply","delay_ms":3000}',
    does: 'answers so late, and other requests meanwhile; without delay_ms in front of its next answer',
  },
  doubled: {
    example: '{"kind":"doubled","delay_ms":20}',
    does: 'answers, and sends the same answer again after delay_ms; without it at once',
  },
  garbage: { example: '{"kind":"garbage"}', does: 'answers with bytes that are no answer in its protocol' },
  truncated: {
    example: '{"kind":"truncated","bytes":5}',
    does: 'stops within its answer, after so many bytes; half of them unless given',
  },
  reset: { example: '{"kind":"reset"}', does: 'resets the connection at each request' },
  half_open: {
    example: '{"kind":"half_open"}',
    does: 'from a request on, reads and answers nothing on this connection and never ends it, not even once it is sound again',
  },
  refuse_connections: {
    example: '{"kind":"refuse_connections"}',
    does: 'resets its connections and refuses new ones',
  },
  single_connection: {
    example: '{"kind":"single_connection","others":"close"}',
    does: 'serves one connection; closes others, leaves them waiting (ignore), or lets a new one replace the old',
  },
};

export function isCommonFault<F extends Fault>(fault: F): fault is F & CommonFault {
  return Object.hasOwn(commonFaultDescriptions, fault.kind);
}

/** Whether a fault acts on connections, not on requests. It then hits the whole endpoint, whichever device it is set on. */
export function actsOnListener({ kind }: Fault): boolean {
  return kind === 'refuse_connections' || kind === 'single_connection';
}

/** Contradictions about the time of a fault. Returns undefined if there are none. */
export function whenProblem(fault: Fault): string | undefined {
  if (fault.every !== undefined && fault.for === undefined)
    return 'every needs for: how long it acts each time';
  if (fault.probability !== undefined && actsOnListener(fault)) {
    return `${fault.kind} takes no probability: it acts on connections, not on requests`;
  }
  return undefined;
}

export type FaultyAnswer =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly delayMs: number }
  /** Sent at once, and again after `againAfterMs`. */
  | { readonly kind: 'repeated'; readonly bytes: Buffer; readonly againAfterMs: number }
  /** Sent in front of the next answer. */
  | { readonly kind: 'held'; readonly bytes: Buffer }
  /** Sent after `delayMs`, while other requests are answered. */
  | { readonly kind: 'detached'; readonly bytes: Buffer; readonly delayMs: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'dead' };

const garbage = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');

/** The fate of a whole answer under a fault. */
export function commonFaultyAnswer(fault: CommonFault, answer: Buffer): FaultyAnswer {
  const now = (bytes: Buffer): FaultyAnswer => ({ kind: 'bytes', bytes, delayMs: 0 });
  switch (fault.kind) {
    case 'silence':
      return { kind: 'none' };
    case 'slow': {
      const jitterMs = fault.jitter_ms ? randomInt(fault.jitter_ms + 1) : 0;
      return { kind: 'bytes', bytes: answer, delayMs: fault.delay_ms + jitterMs };
    }
    case 'late_reply':
      return fault.delay_ms === undefined
        ? { kind: 'held', bytes: answer }
        : { kind: 'detached', bytes: answer, delayMs: fault.delay_ms };
    case 'doubled':
      return fault.delay_ms === undefined
        ? now(Buffer.concat([answer, answer]))
        : { kind: 'repeated', bytes: answer, againAfterMs: fault.delay_ms };
    case 'garbage':
      return now(garbage);
    case 'truncated':
      return now(answer.subarray(0, fault.bytes ?? Math.ceil(answer.length / 2)));
    case 'reset':
      return { kind: 'reset' };
    case 'half_open':
      return { kind: 'dead' };
    // These act before there is a request.
    case 'refuse_connections':
    case 'single_connection':
      return now(answer);
    default:
      return fault satisfies never;
  }
}
