import type { Text } from '@holdfast/texts/text.ts';
import { TextError } from '@holdfast/texts/text-error.ts';

/**
 * Kinds of failures. `refused`: answered, with a refusal; `busy`: answered, try again later; `auth`: the endpoint does
 * not know us; `config`: no request can be right with these settings.
 */
export type FailureKind = 'timeout' | 'connection' | 'refused' | 'busy' | 'auth' | 'config';

/**
 * How much has failed. `points`: it is worth finding out which (`DevicePlan.narrow`); `group`: the other groups are
 * still asked; `device`: the tick is over; `endpoint`: its other devices will hardly do better.
 */
export type FailureScope = 'points' | 'group' | 'device' | 'endpoint';

export interface FailureOptions extends ErrorOptions {
  /** When left out, it follows from the kind and `wasSent`. */
  readonly scope?: FailureScope | undefined;
  /** The protocol's own code in an answer. */
  readonly code?: number | undefined;
  /** False when certainly no byte of the request has left; true unless set. */
  readonly wasSent?: boolean | undefined;
  /** Whether this side held back the request or its answer: the device and its endpoint are not to blame. */
  readonly isHeldBack?: boolean | undefined;
}

/**
 * The only error of a link. Its text says what happened, without naming device or request: the caller adds these. The
 * message is the text in English, for logs.
 */
export class DriverFailure extends TextError {
  override readonly name = 'DriverFailure';
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  readonly code: number | undefined;
  readonly wasSent: boolean;
  readonly isHeldBack: boolean;

  constructor(kind: FailureKind, text: Text, options: FailureOptions = {}) {
    super(text, options);
    this.kind = kind;
    this.wasSent = options.wasSent ?? true;
    this.isHeldBack = options.isHeldBack ?? false;
    this.scope = options.scope ?? usualScope(kind, this.wasSent);
    this.code = options.code;
  }

  /** True if the device, or a gateway before it, gave an answer. */
  get isAnswer(): boolean {
    return this.kind === 'refused' || this.kind === 'busy';
  }
}

function usualScope(kind: FailureKind, wasSent: boolean): FailureScope {
  if (kind === 'refused' || kind === 'busy') return 'group';
  if (kind === 'auth' || kind === 'config') return 'endpoint';
  return wasSent ? 'device' : 'endpoint';
}
