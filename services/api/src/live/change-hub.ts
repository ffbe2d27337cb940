import type { SinkChange } from '@holdfast/shared/contracts/http/changes-http.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { OutageLog } from '@holdfast/shared/runtime/outage-log.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { ChangeStreams, Sinks } from '../ports.ts';
import { inEnglish } from '../problems/localize.ts';
import type { ProjectionSignal } from '../sessions/projection/projection-signal.ts';
import { sinkState } from '../system/sinks-view.ts';
import { ChangeLog } from './change-log.ts';
import { type IsSessionAt, readChange } from './read-change.ts';

export interface ChangeHubSources {
  readonly streams: ChangeStreams;
  readonly sinks: Sinks;
  readonly projection: Pick<ProjectionSignal, 'waitFor'>;
  readonly isSessionAt: IsSessionAt;
  readonly log: Logger;
}

/** The streams as they are followed now; replaced when they are opened again. */
export interface Followed {
  readonly log: ChangeLog;
  readonly ended: AbortSignal;
  /** The last change of the sinks that was sent. */
  sink(): SinkChange | undefined;
}

export interface ChangeHub {
  /** The streams are followed from the first call on. Undefined while the broker cannot be asked. */
  followed(): Followed | undefined;
  /** Resolves when the streams are followed, or when the signal aborts. */
  whenFollowed(signal: AbortSignal): Promise<Followed | undefined>;
  stop: Stop;
}

/**
 * How many messages of each stream are read back, so that a client that comes back to another process, or after a
 * restart, gets what came meanwhile.
 */
const readBack = 1_000;
const projectedWithinMs = 2_000;
const sinkEveryMs = 2_000;
const retryMs = 1_000;
const sources = ['s', 'h', 'a'] as const;

/** Follows the streams once for all clients: each change is read once, however many screens are open. */
export function changeHub({ streams, sinks, projection, isSessionAt, log }: ChangeHubSources): ChangeHub {
  const stopping = new AbortController();
  const outage = new OutageLog({ log, level: 'warn', began: 'changes cannot be followed now; trying again' });
  let followed: Followed | undefined;
  let running: Promise<void> | undefined;
  let waiting = Promise.withResolvers<void>();

  /** Waits until the read model has a change: screens that hear of it read it there. */
  const isShown = async (sequence: number, ended: AbortSignal): Promise<void> => {
    while (!ended.aborted && (await projection.waitFor(sequence, projectedWithinMs)) !== 'reached') {
      await pause(systemTimers, retryMs, ended);
    }
  };

  const followOnce = async (): Promise<void> => {
    const ending = new AbortController();
    const stop = () => ending.abort();
    stopping.signal.addEventListener('abort', stop);
    try {
      const begin = { s: 0, h: 0, a: 0 };
      const last = { s: 0, h: 0, a: 0 };
      for (const source of sources) {
        const { firstSequence, lastSequence } = await streams.bounds(source);
        begin[source] = Math.max(firstSequence - 1, lastSequence - readBack, 0);
        last[source] = lastSequence;
      }
      const changes = new ChangeLog(begin);
      const feeds = await Promise.all(
        sources.map(async (source) => ({
          source,
          feed: await streams.open(source, begin[source]),
          caughtUp: Promise.withResolvers<void>(),
        })),
      );
      ending.signal.addEventListener('abort', () => {
        for (const { feed } of feeds) feed.stop();
      });
      let sink: SinkChange | undefined;
      const follow = async ({ source, feed, caughtUp }: (typeof feeds)[number]) => {
        let pending = feed.pendingAtStart;
        const passed = () => {
          if (pending > 0) return;
          // The last messages of the stream may have been deleted, and then never come.
          changes.passed(source, last[source]);
          caughtUp.resolve();
        };
        passed();
        for await (const { sequence, subject, data } of feed) {
          const change = readChange({ source, sequence }, { data, subject }, isSessionAt);
          if (change?.event === 'session') await isShown(sequence, ending.signal);
          if (change) changes.add(change);
          else changes.passed(source, sequence);
          pending -= 1;
          passed();
        }
      };
      const watchSinks = async () => {
        while (!ending.signal.aborted) {
          const sinkOfNow = await sinkNow(sinks);
          if (sinkOfNow && (sinkOfNow.status !== sink?.status || sinkOfNow.detail !== sink.detail)) {
            sink = sinkOfNow;
            changes.add({ place: undefined, event: 'sink', data: sinkOfNow, at: async () => undefined });
          }
          await pause(systemTimers, sinkEveryMs, ending.signal);
        }
      };
      // The first feed that ends by itself has lost its broker.
      const lost = Promise.race(feeds.map(follow));
      const ready = Promise.all(feeds.map(({ caughtUp }) => caughtUp.promise)).then(() => {
        if (ending.signal.aborted) return;
        // A client that comes back before this would hear that its position is unknown.
        followed = { log: changes, ended: ending.signal, sink: () => sink };
        outage.worked();
        waiting.resolve();
        waiting = Promise.withResolvers();
        void watchSinks();
      });
      ready.catch(() => undefined);
      await lost;
    } finally {
      followed = undefined;
      ending.abort();
      stopping.signal.removeEventListener('abort', stop);
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await followOnce();
      } catch (error) {
        outage.failed(error);
      }
      await pause(systemTimers, retryMs, stopping.signal);
    }
  };
  return {
    followed() {
      running ??= run();
      return followed;
    },
    async whenFollowed(signal) {
      running ??= run();
      const endOfWait = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => endOfWait.resolve());
      while (!followed && !signal.aborted && !stopping.signal.aborted) {
        await Promise.race([waiting.promise, endOfWait.promise]);
      }
      return followed;
    },
    stop: async () => {
      stopping.abort();
      waiting.resolve();
      await running;
    },
  };
}

async function sinkNow(sinks: Sinks): Promise<SinkChange | undefined> {
  try {
    const statuses = await sinks.statuses();
    return inEnglish(() => sinkState(statuses, Date.now()));
  } catch {
    return undefined;
  }
}
