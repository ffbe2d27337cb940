import type { SimProcess } from '../kernel/process.ts';
import type { Random } from '../kernel/random.ts';
import type { World } from '../kernel/world.ts';

/** `both`: nothing gets through; otherwise only that direction is cut. */
export type Cut = 'both' | 'to_broker' | 'from_broker';

export interface LinkQuality {
  readonly minMs: number;
  readonly maxMs: number;
  /** Share of messages that vanish. */
  readonly loss: number;
  /** Share of messages to the broker that arrive twice. */
  readonly doubled: number;
  /** Whether a message may overtake another. */
  readonly reorders: boolean;
}

export const goodQuality: LinkQuality = { minMs: 0.5, maxMs: 15, loss: 0, doubled: 0, reorders: false };

export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface Direction {
  /** Arrival of the latest message, which no other overtakes where nothing may. */
  lastArrivalMs: number;
  /** Messages that a cut holds up rather than loses. */
  stuck: (() => void)[];
}

/**
 * The way between one process and the broker. A message on its way when this is cut is lost, or arrives when the way
 * heals, long after its sender has stopped waiting for an answer.
 */
export class Link {
  readonly process: SimProcess;
  readonly #world: World;
  readonly #random: Random;
  readonly #isBrokerUp: () => boolean;
  quality: LinkQuality = goodQuality;
  #cut: Cut | undefined;
  #troubleAtMs = Number.NEGATIVE_INFINITY;
  readonly #toBroker: Direction = { lastArrivalMs: 0, stuck: [] };
  readonly #fromBroker: Direction = { lastArrivalMs: 0, stuck: [] };
  readonly #onReconnect: (() => void)[] = [];

  constructor(process: SimProcess, isBrokerUp: () => boolean) {
    this.process = process;
    this.#world = process.world;
    this.#random = process.world.random.fork();
    this.#isBrokerUp = isBrokerUp;
  }

  get isCut(): boolean {
    return this.#cut !== undefined;
  }

  isUp(): boolean {
    return this.#cut === undefined && this.#isBrokerUp();
  }

  /** True time since which everything has got through. */
  get faultlessSinceMs(): number {
    if (!this.isUp()) return this.#world.nowMs;
    return this.#troubleAtMs;
  }

  noteTrouble(): void {
    this.#troubleAtMs = this.#world.nowMs;
  }

  cut(how: Cut): void {
    this.process.tell(`cut off from the broker (${how})`);
    this.#cut = how;
    this.noteTrouble();
  }

  heal(): void {
    if (this.#cut === undefined) return;
    this.#cut = undefined;
    this.process.tell('reaches the broker again');
    this.reconnect();
  }

  /** The way is open again: what was stuck goes on, and the client notices. */
  reconnect(): void {
    if (!this.isUp()) return;
    this.noteTrouble();
    for (const direction of [this.#toBroker, this.#fromBroker]) {
      for (const run of direction.stuck.splice(0)) this.#world.after(this.#random.between(0, 100), run);
    }
    this.#world.after(this.#random.between(1, 300), () => {
      if (!this.isUp()) return;
      this.process.deliver(() => {
        for (const run of this.#onReconnect) run();
      });
    });
  }

  onReconnect(run: () => void): void {
    this.#onReconnect.push(run);
  }

  /**
   * Has `effect` done by the broker and resolves with what it returned, or rejects with what it threw. Without an answer in time it rejects; the
   * effect may have happened, or may happen yet.
   */
  request<T>(what: string, effect: () => T, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const cancel = this.process.timers.after(timeoutMs, () => {
        isOver = true;
        this.process.tell(`no answer: ${what}`);
        reject(new NoAnswer(what));
      });
      this.#send(this.#toBroker, 'to_broker', () => {
        let answer: () => void;
        try {
          const result = effect();
          answer = () => resolve(result);
        } catch (refusal) {
          answer = () => reject(refusal);
        }
        this.#send(this.#fromBroker, 'from_broker', () => {
          this.process.deliver(() => {
            if (isOver) return;
            isOver = true;
            cancel();
            answer();
          });
        });
      });
    });
  }

  /** To the broker, without an answer. */
  fire(effect: () => void): void {
    this.#send(this.#toBroker, 'to_broker', effect);
  }

  /** From the broker. */
  push(run: () => void): void {
    this.#send(this.#fromBroker, 'from_broker', () => this.process.deliver(run));
  }

  #send(direction: Direction, name: 'to_broker' | 'from_broker', run: () => void): void {
    if (this.#random.chance(this.quality.loss)) {
      this.noteTrouble();
      return;
    }
    this.#arriveAfter(direction, name, this.#delayMs(), run);
    if (name === 'to_broker' && this.#random.chance(this.quality.doubled)) {
      this.#world.note('message doubled');
      this.#arriveAfter(direction, name, this.#delayMs() + this.#random.between(0, 500), run);
    }
  }

  #arriveAfter(direction: Direction, name: Cut, delayMs: number, run: () => void): void {
    const now = this.#world.nowMs;
    let atMs = now + delayMs;
    if (!this.quality.reorders) {
      atMs = Math.max(atMs, direction.lastArrivalMs);
      direction.lastArrivalMs = atMs;
    }
    this.#world.after(atMs - now, () => {
      if (!this.#isBrokerUp() || this.#cut === 'both' || this.#cut === name) {
        if (this.#random.chance(0.5)) direction.stuck.push(run);
        return;
      }
      run();
    });
  }

  #delayMs(): number {
    const { minMs, maxMs } = this.quality;
    // Mostly quick, at times as slow as it gets.
    return minMs + (maxMs - minMs) * this.#random.next() ** 3;
  }
}
