/**
 * Kinds of failures. `refused`: answered, and turned down; `busy`: answered, come again; `auth`: the endpoint knows us not;
 * `config`: no request can be right with these settings.
 */
export type FailureKind = 'timeout' | 'connection' | 'refused' | 'busy' | 'auth' | 'config';

/**
 * How much has failed. `points`: which ones is worth finding out (`DevicePlan.narrow`); `group`: the others are asked on;
 * `device`: the tick is over; `endpoint`: its other devices will hardly do better.
 */
export type FailureScope = 'points' | 'group' | 'device' | 'endpoint';

export interface FailureOptions extends ErrorOptions {
  /** The usual one of the kind and of `wasSent` unless set. */
  readonly scope?: FailureScope | undefined;
  /** The protocol's own code of an answer. */
  readonly code?: number | undefined;
  /** False when it is certain that no byte of the request left; true unless set. */
  readonly wasSent?: boolean | undefined;
  /** True if this side held back the request or its answer: nothing is said against the device or its endpoint. */
  readonly isHeldBack?: boolean | undefined;
}

/** The only error of a link. Its message says what happened, without naming device or request: the caller does. */
export class DriverFailure extends Error {
  override readonly name = 'DriverFailure';
  readonly kind: FailureKind;
  readonly scope: FailureScope;
  readonly code: number | undefined;
  readonly wasSent: boolean;
  readonly isHeldBack: boolean;

  constructor(kind: FailureKind, message: string, options: FailureOptions = {}) {
    super(message, options);
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
