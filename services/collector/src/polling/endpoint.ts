import { DriverFailure } from '@holdfast/driver/failure.ts';
import type { Link } from '@holdfast/driver/link.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { type Clock, systemClock } from '@holdfast/shared/runtime/clock.ts';
import { systemTimers, type Timers } from '@holdfast/shared/runtime/timers.ts';
import { TextError } from '@holdfast/texts/text-error.ts';
import type { BackoffLimits } from './backoff.ts';
import { EndpointBreakers } from './endpoint-breakers.ts';

/** Asked right before a request goes out; false when the asker has lost the right to poll. */
export type Permission = () => boolean;

/** The permission was gone when the request's turn came. No request went out. */
export class NotPermitted extends TextError {
  override readonly name = 'NotPermitted';
}

export interface TurnOptions {
  /** The link is overdue when the turn takes longer than this. */
  readonly timeoutMs: number;
  /** Quiet time after the turn. */
  readonly pauseAfterMs?: number;
  /** The unit that is left in peace for `pauseAfterMs`; undefined: all units on the endpoint. */
  readonly unit?: string | undefined;
  /** Goes before all that wait. */
  readonly isUrgent?: boolean;
  /** Waits behind all others. One such turn a second goes before them, so that its time comes in the end. */
  readonly isPatient?: boolean;
}

/** Uses a turn to begin one request at most. Undefined gives the turn back. */
export type UseOfTurn<T, L = Link> = (link: L) => Promise<T> | undefined;

/** The part of a link that an endpoint itself uses. */
export type Closable = Pick<Link, 'disconnect'>;

export interface EndpointOptions<L extends Closable = Link> {
  readonly openLink: () => L;
  readonly clock?: Clock;
  readonly timers?: Timers;
}

interface QueuedTurn<L> {
  readonly asker: object;
  readonly options: TurnOptions;
  readonly use: UseOfTurn<unknown, L>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A turn under way. */
interface Turn<L> {
  readonly waiting: QueuedTurn<L>;
  readonly sinceMs: number;
}

/** How often one of the patient askers has its turn before all others. */
const patienceMs = 1_000;

/** Every so many failures of patient askers, the one that has waited longest is next. */
const frontsShare = 4;

/** How long after its timeout a link may take to settle (250 ms), and a busy process to notice. */
const settlesLateByMs = 2_000;

/**
 * One link for all who use it: one request at a time, in the order of asking. Whoever has several requests asks for
 * each when the one before it is done, and so stands behind all others again.
 */
export class Endpoint<L extends Closable = Link> {
  readonly #openLink: () => L;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #link: L;
  #breakers: EndpointBreakers | undefined;
  readonly #queue: QueuedTurn<L>[] = [];
  /** Patient askers: they wait behind the queue until they are admitted to it. */
  readonly #patient: QueuedTurn<L>[] = [];
  #admittedMs = Number.NEGATIVE_INFINITY;
  /** The place in `#patient` from which the next one is taken. */
  #nextPatient = 0;
  #patientFailures = 0;
  #current: Turn<L> | undefined;
  #quietUntilMs = 0;
  #isQuiet = false;
  /** Units that are left in peace, and until when. */
  readonly #quietUnits = new Map<string, number>();
  #cancelWakeUp: (() => void) | undefined;
  #closesWhenIdle = false;

  constructor({ openLink, clock = systemClock, timers = systemTimers }: EndpointOptions<L>) {
    this.#openLink = openLink;
    this.#clock = clock;
    this.#timers = timers;
    this.#link = openLink();
  }

  /** The link for a watch, which takes no turn: it lasts as long as its session, alongside the requests. */
  get link(): L {
    return this.#link;
  }

  /** Shared by all who ask over this endpoint; the limits of the first caller count. */
  breakers(limits: BackoffLimits, jitter: () => number): EndpointBreakers {
    this.#breakers ??= new EndpointBreakers(limits, jitter);
    return this.#breakers;
  }

  /** Forgets a unit that is no longer asked. Its quiet time still holds: the next one to ask it may come at once. */
  forgetUnit(unit: string): void {
    this.#breakers?.forget(unit);
  }

  /**
   * Waits for a turn and takes it; at once on an idle endpoint.
   * @param asker for {@link cancel}
   * @returns undefined when the turn was given back
   * @throws what `use` throws
   */
  turn<T>(asker: object, options: TurnOptions, use: UseOfTurn<T, L>): Promise<T | undefined> {
    return new Promise<unknown>((resolve, reject) => {
      const waiting: QueuedTurn<L> = { asker, options, use, resolve, reject };
      if (options.isPatient) this.#patient.push(waiting);
      else if (options.isUrgent) this.#queue.unshift(waiting);
      else this.#queue.push(waiting);
      this.#serve();
    }) as Promise<T | undefined>;
  }

  /** Fails this asker's waiting turns with NotPermitted; a request in flight continues. */
  cancel(asker: object): void {
    for (const queue of [this.#queue, this.#patient]) {
      for (let at = queue.length - 1; at >= 0; at -= 1) {
        if (queue[at]?.asker !== asker) continue;
        const [waiting] = queue.splice(at, 1);
        waiting?.reject(new NotPermitted(collectorText('requester_has_stopped')));
      }
    }
  }

  /** Closes the connection as soon as it is unused. */
  closeWhenIdle(): void {
    this.#closesWhenIdle = true;
    this.#closeIfIdle();
  }

  /** Whether the request in flight should have settled long ago, which cannot happen on a correct link. */
  isOverdue(): boolean {
    if (!this.#current) return false;
    const { waiting, sinceMs } = this.#current;
    return this.#clock.monotonicMs() - sinceMs > waiting.options.timeoutMs + settlesLateByMs;
  }

  /** Gives up the link with whatever it was doing, and continues with a new one. */
  restart(): void {
    const current = this.#current;
    this.#current = undefined;
    this.#link.disconnect();
    this.#link = this.#openLink();
    current?.waiting.reject(new DriverFailure('timeout', collectorText('connection_given_up')));
    this.#serve();
  }

  disconnect(): void {
    this.#link.disconnect();
  }

  #serve(): void {
    while (!this.#current && !this.#isQuiet) {
      if (this.#patient.length > 0) this.#admitOne();
      if (this.#queue.length === 0) break;
      if (this.#quietUntilMs > 0 && this.#keepsQuiet()) return;
      const next = this.#quietUnits.size === 0 ? this.#queue.shift() : this.#nextAwake();
      if (!next) return;
      let working: Promise<unknown> | undefined;
      try {
        working = next.use(this.#link);
      } catch (error) {
        next.reject(error);
        continue;
      }
      if (!working) {
        next.resolve(undefined);
        continue;
      }
      const current = { waiting: next, sinceMs: this.#clock.monotonicMs() };
      this.#current = current;
      working.then(
        (value) => {
          if (this.#isDone(current)) next.resolve(value);
          this.#serve();
        },
        (error: unknown) => {
          if (next.options.isPatient) this.#tryElsewhere();
          if (this.#isDone(current)) next.reject(error);
          this.#serve();
        },
      );
    }
    this.#closeIfIdle();
  }

  /** False when the turn was given up meanwhile: its asker has been answered, and the endpoint belongs to others. */
  #isDone(current: Turn<L>): boolean {
    if (this.#current !== current) return false;
    this.#current = undefined;
    const { pauseAfterMs = 0, unit } = current.waiting.options;
    if (pauseAfterMs > 0) {
      const untilMs = this.#clock.monotonicMs() + pauseAfterMs;
      if (unit === undefined) this.#quietUntilMs = untilMs;
      else this.#quietUnits.set(unit, untilMs);
    }
    return true;
  }

  /** Whether quiet time is left; then the queue is served when it is over. */
  #keepsQuiet(): boolean {
    const leftMs = this.#quietUntilMs - this.#clock.monotonicMs();
    if (leftMs <= 0) {
      this.#quietUntilMs = 0;
      return false;
    }
    this.#isQuiet = true;
    this.#timers.after(leftMs, () => {
      this.#isQuiet = false;
      this.#serve();
    });
    return true;
  }

  #admitOne(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#queue.length > 0 && nowMs - this.#admittedMs < patienceMs) return;
    const [waiting] = this.#patient.splice(this.#nextPatient, 1);
    if (this.#nextPatient >= this.#patient.length) this.#nextPatient = 0;
    if (waiting) this.#queue.unshift(waiting);
    this.#admittedMs = nowMs;
  }

  /**
   * Chooses whom to try after a patient asker failed. Dead units are often neighbours (a cabinet without power, a cut
   * cable), so the next one is taken from far off; now and then from the front, so that none waits for ever.
   */
  #tryElsewhere(): void {
    this.#patientFailures += 1;
    const isFrontsTurn = this.#patientFailures % frontsShare === 0;
    this.#nextPatient = isFrontsTurn ? 0 : Math.floor(this.#patient.length / 2);
  }

  /**
   * Takes the first one whose unit may be asked now. When there is none, plans to serve the queue as soon as there is
   * one.
   */
  #nextAwake(): QueuedTurn<L> | undefined {
    this.#cancelWakeUp?.();
    this.#cancelWakeUp = undefined;
    const nowMs = this.#clock.monotonicMs();
    let firstMs = Number.POSITIVE_INFINITY;
    for (const [at, { options }] of this.#queue.entries()) {
      const untilMs = options.unit === undefined ? undefined : this.#quietUnits.get(options.unit);
      if (untilMs === undefined || untilMs <= nowMs) {
        if (options.unit !== undefined) this.#quietUnits.delete(options.unit);
        return this.#queue.splice(at, 1)[0];
      }
      firstMs = Math.min(firstMs, untilMs);
    }
    this.#cancelWakeUp = this.#timers.after(firstMs - nowMs, () => this.#serve());
    return undefined;
  }

  #closeIfIdle(): void {
    if (!this.#closesWhenIdle || this.#current || this.#queue.length + this.#patient.length > 0) return;
    this.#closesWhenIdle = false;
    this.#link.disconnect();
  }
}
