import type { Text } from '@holdfast/texts/text.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import { DriverFailure, type FailureKind } from './failure.ts';
import type { DialOptions, Hear, LinkHost } from './link.ts';
import { driverText } from './texts.ts';

export type Verdict<T> =
  | { readonly kind: 'incomplete' }
  /** All bytes received are exactly one answer. */
  | { readonly kind: 'answer'; readonly answer: T }
  /** The bytes are an answer that refuses the request. */
  | { readonly kind: 'refusal'; readonly failure: DriverFailure }
  /** The bytes can no longer become the answer. */
  | { readonly kind: 'fault'; readonly reason: Text };

export const incomplete = { kind: 'incomplete' } as const;

export function fault(reason: Text): { readonly kind: 'fault'; readonly reason: Text } {
  return { kind: 'fault', reason };
}

/** A request to be sent, and the judge of its answer. */
export interface Outgoing<T> {
  readonly bytes: Buffer;
  /** Judges the first `count` bytes, which are all that came since the request was sent. */
  judge(received: Uint8Array, count: number): Verdict<T>;
}

interface PendingExchange {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly cancel: () => void;
  readonly hear: Hear | undefined;
  readonly reject: (failure: DriverFailure) => void;
  /** Makes the request's frame at the moment when it can be sent. */
  readonly make: () => Outgoing<unknown>;
  readonly resolve: (answer: unknown) => void;
  /** Set once the request was sent. */
  outgoing: Outgoing<unknown> | undefined;
}

/**
 * Requests over one TCP connection, one at a time, as the contract of `Link` demands. It connects when it must, and
 * closes the connection after every failure that is not an answer, which also shuts out late answers. Nothing is
 * repeated.
 */
export class Exchange {
  readonly #to: DialOptions;
  readonly #host: LinkHost;
  readonly #received: Buffer;
  #count = 0;
  #channel: Channel | undefined;
  #isOpen = false;
  #pending: PendingExchange | undefined;

  /** @param longestAnswer in bytes */
  constructor(to: DialOptions, host: LinkHost, longestAnswer: number) {
    this.#to = to;
    this.#host = host;
    this.#received = Buffer.allocUnsafeSlow(longestAnswer);
  }

  /** @throws DriverFailure and nothing else */
  ask<T>(make: () => Outgoing<T>, timeoutMs: number, hear?: Hear): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#pending) {
        const reason = driverText('request_in_flight');
        reject(new DriverFailure('connection', reason, { wasSent: false }));
        return;
      }
      const { clock, timers } = this.#host;
      this.#pending = {
        ...{ timeoutMs, hear, reject, make, outgoing: undefined },
        deadlineMs: clock.monotonicMs() + timeoutMs,
        cancel: timers.after(timeoutMs, () => this.#deadlinePassed()),
        resolve: resolve as (answer: unknown) => void,
      };
      if (this.#isOpen) this.#send();
      else if (!this.#channel) this.#connect();
    });
  }

  disconnect(): void {
    this.#fail('connection', driverText('disconnected_by_the_collector'));
  }

  #connect(): void {
    try {
      this.#channel = this.#host.dial(this.#to, this.#events());
    } catch (error) {
      // No system accepts the address, such as a host with a NUL in its name, or the settings are wrong.
      const { kind, text } = error as DriverFailure;
      this.#fail(kind, text, error);
    }
  }

  #events(): ChannelEvents {
    return {
      onOpen: () => {
        this.#isOpen = true;
        this.#send();
      },
      onBytes: (bytes, count) => this.#onBytes(bytes, count),
      onFailure: (reason, cause) => this.#fail('connection', reason, cause),
    };
  }

  #send(): void {
    const pending = this.#pending;
    if (!pending) return;
    // A process that was suspended while it connected has no time left.
    if (this.#host.clock.monotonicMs() > pending.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    if (!this.#host.mayRequest()) {
      this.#fail('connection', driverText('right_to_use_the_device_ended'));
      return;
    }
    this.#count = 0;
    const outgoing = pending.make();
    pending.outgoing = outgoing;
    this.#channel?.write(outgoing.bytes);
    pending.hear?.('sent', outgoing.bytes);
  }

  #onBytes(bytes: Uint8Array, count: number): void {
    const pending = this.#pending;
    if (!pending?.outgoing) {
      this.#fail('connection', driverText('unrequested_data'));
      return;
    }
    if (this.#count + count > this.#received.length) {
      this.#fail('connection', driverText('answer_too_long', { count: this.#received.length }));
      return;
    }
    this.#received.set(bytes.subarray(0, count), this.#count);
    this.#count += count;
    const verdict = pending.outgoing.judge(this.#received, this.#count);
    if (verdict.kind === 'incomplete') return;
    if (verdict.kind === 'fault') {
      this.#fail('connection', driverText('malformed_answer', { why: verdict.reason }));
      return;
    }
    // A process that was suspended and continued sees the answer before its timers fire. It may be out of date.
    if (this.#host.clock.monotonicMs() > pending.deadlineMs) {
      this.#deadlinePassed();
      return;
    }
    this.#tellReceived(pending);
    if (verdict.kind === 'refusal' && !verdict.failure.isAnswer) this.#drop();
    this.#settle();
    if (verdict.kind === 'answer') pending.resolve(verdict.answer);
    else pending.reject(verdict.failure);
  }

  #deadlinePassed(): void {
    const pending = this.#pending;
    if (!pending) return;
    const { timeoutMs } = pending;
    if (!pending.outgoing) {
      this.#fail('timeout', driverText('not_connected_within', { ms: timeoutMs }));
      return;
    }
    if (this.#count === 0) {
      this.#fail('timeout', driverText('no_answer_within', { ms: timeoutMs }));
      return;
    }
    const bytes = this.#received.subarray(0, Math.min(this.#count, 16)).toString('hex');
    this.#fail('timeout', driverText('incomplete_answer', { ms: timeoutMs, count: this.#count, bytes }));
  }

  #fail(kind: FailureKind, reason: Text, cause?: unknown): void {
    if (this.#pending?.outgoing) this.#tellReceived(this.#pending);
    this.#drop();
    const pending = this.#settle();
    pending?.reject(new DriverFailure(kind, reason, { cause, wasSent: pending.outgoing !== undefined }));
  }

  /** An answer is reported in one piece, in however many pieces it came. */
  #tellReceived({ hear }: PendingExchange): void {
    if (this.#count > 0) hear?.('received', this.#received.subarray(0, this.#count));
  }

  #settle(): PendingExchange | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.cancel();
    return pending;
  }

  #drop(): void {
    this.#channel?.close(false, () => undefined);
    this.#channel = undefined;
    this.#isOpen = false;
    this.#count = 0;
  }
}
