import { systemTimers, type Timers } from '../../runtime/timers.ts';

/**
 * Bytes of one sender that are decoded: so many at once, and so many a second after that. A collector of 10,000 sessions,
 * or of one session with 10,000 devices, writes 3 to 5 MB of live states every 2 s.
 */
const burstBytes = 16 * 1024 * 1024;
const bytesPerSecond = 8 * 1024 * 1024;
/** Counted for each message on top of its bytes. */
const messageBytes = 256;
/** A message that cannot be read costs so many times its bytes: no collector has a reason to send many of them. */
const unreadableCosts = 16;
/** A sender's messages that wait; beyond that the oldest are dropped. */
const waitingBytesAtMost = 16 * 1024 * 1024;
const inARowMs = 5;

export interface UntrustedMessage {
  /** Who has sent it, as the broker's permissions prove. */
  readonly sender: string;
  /** Only the newest message under a key counts. */
  readonly key: string;
  readonly bytes: number;
}

/** Why a message was not acted on. */
export type RefusalCause = 'over_budget' | 'unreadable';

export interface SenderQueuesOptions<M extends UntrustedMessage> {
  /** Decodes a message and acts on it. @returns false when it cannot be read. Must not throw. */
  readonly take: (message: M) => boolean;
  /** Called for each message that is dropped unread, or cannot be read. */
  readonly onRefused: (sender: string, cause: RefusalCause) => void;
  readonly timers?: Timers;
  readonly nowMs?: () => number;
}

interface Sender<M> {
  /** By key, the one that was written first to come first. */
  readonly waiting: Map<string, M>;
  waitingBytes: number;
  /** Bytes that it may have decoded now; below zero after a costly message. */
  budgetBytes: number;
  atMs: number;
}

/**
 * Decodes what senders that are not trusted write again and again, such as live states and leases. Each has a queue and
 * a budget of its own, and they take turns: one that floods its own keys delays neither the others nor the other work of
 * this process. A message that is overwritten while it waits is never decoded.
 */
export class SenderQueues<M extends UntrustedMessage> {
  readonly #options: SenderQueuesOptions<M>;
  readonly #timers: Timers;
  readonly #nowMs: () => number;
  /** The sender whose turn is next comes first. */
  readonly #senders = new Map<string, Sender<M>>();
  #isWorking = false;
  #isStopped = false;
  #cancelWake: (() => void) | undefined;

  constructor(options: SenderQueuesOptions<M>) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  put(message: M): void {
    if (this.#isStopped) return;
    const sender = this.#senderOf(message.sender);
    const before = sender.waiting.get(message.key);
    if (before) this.#drop(sender, before, this.#mayTake(sender) ? undefined : 'over_budget');
    sender.waiting.set(message.key, message);
    sender.waitingBytes += costOf(message);
    for (const oldest of sender.waiting.values()) {
      if (sender.waitingBytes <= waitingBytesAtMost || oldest === message) break;
      this.#drop(sender, oldest, 'over_budget');
    }
    this.#begin();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelWake?.();
    this.#senders.clear();
  }

  #senderOf(name: string): Sender<M> {
    let sender = this.#senders.get(name);
    if (!sender) {
      sender = { waiting: new Map(), waitingBytes: 0, budgetBytes: burstBytes, atMs: this.#nowMs() };
      this.#senders.set(name, sender);
    }
    return sender;
  }

  #drop(sender: Sender<M>, message: M, cause: RefusalCause | undefined): void {
    sender.waiting.delete(message.key);
    sender.waitingBytes -= costOf(message);
    if (cause) this.#options.onRefused(message.sender, cause);
  }

  #mayTake(sender: Sender<M>): boolean {
    const nowMs = this.#nowMs();
    sender.budgetBytes = Math.min(
      burstBytes,
      sender.budgetBytes + ((nowMs - sender.atMs) / 1_000) * bytesPerSecond,
    );
    sender.atMs = nowMs;
    return sender.budgetBytes > 0;
  }

  #begin(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    setImmediate(() => this.#work());
  }

  /** A few milliseconds of work; then everything else in this process has its turn. */
  #work(): void {
    this.#isWorking = false;
    const untilMs = performance.now() + inARowMs;
    while (!this.#isStopped) {
      const next = this.#next();
      if (!next) {
        this.#wakeWhenAllowed();
        return;
      }
      const [sender, message] = next;
      const isReadable = this.#options.take(message);
      sender.budgetBytes -= costOf(message) * (isReadable ? 1 : unreadableCosts);
      if (!isReadable) this.#options.onRefused(message.sender, 'unreadable');
      if (performance.now() > untilMs) {
        this.#begin();
        return;
      }
    }
  }

  /** The next message of the sender whose turn it is, or undefined if none waits whose sender may have it decoded. */
  #next(): [Sender<M>, M] | undefined {
    for (const [name, sender] of this.#senders) {
      const [message] = sender.waiting.values();
      if (!message || !this.#mayTake(sender)) continue;
      this.#drop(sender, message, undefined);
      this.#senders.delete(name);
      this.#senders.set(name, sender);
      return [sender, message];
    }
    return undefined;
  }

  #wakeWhenAllowed(): void {
    const debts = [...this.#senders.values()].filter(({ waiting }) => waiting.size > 0);
    if (debts.length === 0) return;
    const least = Math.min(...debts.map(({ budgetBytes }) => -budgetBytes));
    const inMs = Math.max(1, Math.ceil(((least + 1) / bytesPerSecond) * 1_000));
    this.#cancelWake = this.#timers.after(inMs, () => this.#begin());
  }
}

const costOf = ({ bytes }: UntrustedMessage): number => bytes + messageBytes;
