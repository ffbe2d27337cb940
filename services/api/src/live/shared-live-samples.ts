import type { LiveSamples } from '../ports.ts';

type Feed = Awaited<ReturnType<LiveSamples['open']>>;
interface Message {
  readonly sequence: number;
  readonly data: string;
}

/**
 * How many of the latest messages each shared feed keeps; a client that is further behind reads alone until it has caught
 * up.
 */
const keptAtMost = 5_000;
const keptBytesAtMost = 4 * 1_048_576;

/**
 * Samples that all clients of one task, or of all, read through one consumer of the broker, however many they are. Each
 * reads at its own pace: a client that comes back, or does not keep up, has a consumer of its own until it has caught
 * up with the others.
 */
export function sharedLiveSamples(samples: LiveSamples): LiveSamples {
  const shared = new Map<string, Promise<SharedFeed>>();

  const sharedOf = (key: string, { after, taskId }: { after: number; taskId: string | undefined }) => {
    const sharedFeed = shared.get(key);
    if (sharedFeed) return sharedFeed;
    const newFeed = beginShared(samples, { after, taskId });
    shared.set(key, newFeed);
    const forget = () => {
      if (shared.get(key) === newFeed) shared.delete(key);
    };
    newFeed.then((feed) => feed.whenOver(forget), forget);
    return newFeed;
  };

  return {
    bounds: () => samples.bounds(),
    open: async ({ after, taskId }) => {
      const feed = await sharedOf(taskId ?? '', { after, taskId });
      feed.enter();
      try {
        // A consumer of its own is opened only if the shared feed does not keep what the client needs.
        const own = feed.covers(after) ? undefined : await samples.open({ after, taskId });
        return follow(samples, feed, { after, taskId, own });
      } catch (error) {
        feed.leave();
        throw error;
      }
    },
  };
}

/** Begins where its first client is, unless that is far behind: others are at the end of the stream. */
async function beginShared(
  samples: LiveSamples,
  { after, taskId }: { after: number; taskId: string | undefined },
): Promise<SharedFeed> {
  const { lastSequence } = await samples.bounds();
  const begin = lastSequence - after <= keptAtMost ? after : lastSequence;
  return new SharedFeed(await samples.open({ after: begin, taskId }), begin);
}

function follow(
  samples: LiveSamples,
  shared: SharedFeed,
  { after, taskId, own: first }: { after: number; taskId: string | undefined; own: Feed | undefined },
): Feed {
  let own = first;
  let isStopped = false;
  const stopped = Promise.withResolvers<void>();
  const stop = () => {
    if (isStopped) return;
    isStopped = true;
    stopped.resolve();
    own?.stop();
    shared.leave();
  };
  return {
    pendingAtStart: own ? own.pendingAtStart : shared.pendingAfter(after),
    stop,
    async *[Symbol.asyncIterator]() {
      let position = after;
      try {
        while (!isStopped) {
          if (own) {
            for await (const message of own) {
              position = message.sequence;
              yield message;
              if (isStopped || shared.covers(position)) break;
            }
            own.stop();
            own = undefined;
            // A feed that ended by itself has lost its broker.
            if (!shared.covers(position)) return;
          } else if (shared.covers(position)) {
            const message = shared.next(position);
            if (message) {
              position = message.sequence;
              yield { ...message, pending: shared.pendingAfter(position) };
            } else if (shared.isOver) return;
            else await Promise.race([shared.news(), stopped.promise]);
          } else own = await samples.open({ after: position, taskId });
        }
      } finally {
        stop();
      }
    },
  };
}

class SharedFeed {
  readonly #feed: Feed;
  readonly #messages: Message[] = [];
  readonly #whenOver: (() => void)[] = [];
  /** Everything after this sequence is kept. */
  #begin: number;
  #bytes = 0;
  #pending: number;
  #clients = 0;
  #news = Promise.withResolvers<void>();
  isOver = false;

  constructor(feed: Feed, begin: number) {
    this.#feed = feed;
    this.#begin = begin;
    this.#pending = feed.pendingAtStart;
    void this.#read();
  }

  enter(): void {
    this.#clients += 1;
  }

  leave(): void {
    this.#clients -= 1;
    if (this.#clients === 0) this.#end();
  }

  whenOver(run: () => void): void {
    if (this.isOver) run();
    else this.#whenOver.push(run);
  }

  /** Whether a client at this position misses nothing here. */
  covers(position: number): boolean {
    return position >= this.#begin;
  }

  next(position: number): Message | undefined {
    return this.#messages[this.#indexAfter(position)];
  }

  pendingAfter(position: number): number {
    return this.#messages.length - this.#indexAfter(position) + this.#pending;
  }

  /** Resolves when there is another message, or there will be none. */
  news(): Promise<void> {
    return this.#news.promise;
  }

  async #read(): Promise<void> {
    try {
      for await (const { sequence, pending, data } of this.#feed) {
        this.#messages.push({ sequence, data });
        this.#bytes += data.length;
        this.#pending = pending;
        while (this.#messages.length > keptAtMost || this.#bytes > keptBytesAtMost) this.#dropOldest();
        this.#tell();
      }
    } catch {
      // Clients find that the feed is over, as when its broker is lost.
    }
    this.#end();
  }

  #dropOldest(): void {
    const dropped = this.#messages.shift();
    if (!dropped) return;
    this.#begin = dropped.sequence;
    this.#bytes -= dropped.data.length;
  }

  /** Index of the first message after a position: most clients are at the end. */
  #indexAfter(position: number): number {
    let from = 0;
    let to = this.#messages.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#messages[middle]?.sequence ?? 0) <= position) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#feed.stop();
    this.#tell();
    for (const run of this.#whenOver) run();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
