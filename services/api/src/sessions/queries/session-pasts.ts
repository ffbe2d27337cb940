import { type RunningInterval, runningIntervals } from '@holdfast/shared/domain/gaps/schedule.ts';
import { type TimedPlacement, timedPlacements } from '@holdfast/shared/domain/gaps/timed-placements.ts';
import { type ConfigLeg, configLegs } from '@holdfast/shared/domain/session/config-legs.ts';
import type { Database } from '../../database/open-database.ts';
import { type Holder, holdersOf } from './holders.ts';
import { recordedEventsOf } from './recorded-events.ts';

/** The part of a session's log up to now that determines its ticks, and who held it. */
export interface SessionPast {
  readonly intervals: readonly RunningInterval[];
  readonly placements: readonly TimedPlacement[];
  /** The session's versions in order, or none if the beginning of its log cannot be read. */
  readonly legs: readonly ConfigLeg[];
  readonly holders: readonly Holder[];
}

/** The fields of a session that show whether anything has happened to it since. */
export interface SessionThen {
  readonly session_id: string;
  readonly started_at: Date;
  readonly last_sequence: number;
}

const keptAtMost = 2_000;
const sessionsAtOnce = 500;

interface CachedPast extends SessionPast {
  readonly startedMs: number;
  readonly lastSequence: number;
}

/**
 * Reads the pasts of sessions, and keeps them while nothing more happens to a session. Otherwise callers that look at all
 * sessions every few seconds would read and decode the same events over and over.
 */
export class SessionPasts {
  readonly #database: Database;
  readonly #cache = new Map<string, CachedPast>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws DatabaseUnavailable */
  async of(sessions: readonly SessionThen[]): Promise<ReadonlyMap<string, SessionPast>> {
    const pasts = new Map<string, SessionPast>();
    const unknown: SessionThen[] = [];
    for (const session of sessions) {
      const cached = this.#cache.get(session.session_id);
      const isSame =
        cached?.lastSequence === session.last_sequence && cached.startedMs === session.started_at.getTime();
      if (isSame) pasts.set(session.session_id, cached);
      else unknown.push(session);
    }
    for (let from = 0; from < unknown.length; from += sessionsAtOnce) {
      const some = unknown.slice(from, from + sessionsAtOnce);
      const events = await recordedEventsOf(
        this.#database,
        some.map(({ session_id }) => session_id),
      );
      for (const { session_id, started_at, last_sequence } of some) {
        const ofSession = events.get(session_id) ?? [];
        const lifecycle = ofSession.filter((event) => event.kind === 'lifecycle');
        const past = {
          intervals: runningIntervals(lifecycle),
          legs: configLegs(lifecycle),
          placements: timedPlacements(ofSession.filter((event) => event.kind === 'placement')),
          holders: holdersOf(ofSession),
          startedMs: started_at.getTime(),
          lastSequence: last_sequence,
        };
        pasts.set(session_id, past);
        this.#keep(session_id, past);
      }
    }
    return pasts;
  }

  #keep(sessionId: string, past: CachedPast): void {
    this.#cache.delete(sessionId);
    this.#cache.set(sessionId, past);
    if (this.#cache.size <= keptAtMost) return;
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined) this.#cache.delete(oldest);
  }
}
