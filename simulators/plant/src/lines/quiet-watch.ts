import type { Framing } from './link.ts';

/**
 * An RTU frame ends with 3.5 characters of silence: 1.75 ms at 19200 baud and faster. Neither TCP nor a pty nor this
 * machine's timers are that fine, so only a pause of this length counts as silence.
 */
const quietMs = 30;

/** Notifies an RTU framing when its line has been quiet, so that noise does not remain in front of the next request. */
export class QuietWatch<R> {
  readonly #framing: Framing<R>;
  readonly #onRequest: (request: R) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(framing: Framing<R>, onRequest: (request: R) => void) {
    this.#framing = framing;
    this.#onRequest = onRequest;
  }

  bytesCame(): void {
    this.stop();
    if (!this.#framing.isWaiting) return;
    this.#timer = setTimeout(() => {
      for (const request of this.#framing.quiet?.() ?? []) this.#onRequest(request);
    }, quietMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
