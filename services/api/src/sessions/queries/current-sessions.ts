import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { parseSessionId } from '@holdfast/shared/domain/session/session-id.ts';
import type { EventStore } from '@holdfast/shared/event-store/event-store.ts';
import { StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { pause, systemTimers } from '@holdfast/shared/runtime/timers.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import type { VersionSites } from '../../configuration/version-sites.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import type { CommandStores } from '../../ports.ts';
import { cleanedAt } from '../projection/cleaned-sessions.ts';
import { type ReadEvent, readEvent } from '../projection/project-batch.ts';
import { projectEvent } from '../projection/project-event.ts';
import type { ProjectionSignal } from '../projection/projection-signal.ts';
import type { ProjectorLag } from '../projection/projector-lag.ts';
import type { SessionRow } from '../projection/read-model-rows.ts';
import { findSession, listSessions, type SessionFilter } from './list-sessions.ts';
import type { NamedSessionRow } from './session-view.ts';
import type { UnprojectedEvents } from './unprojected-events.ts';

export interface CurrentSessionsOptions {
  readonly database: Database;
  /** The log, while it can be asked and believed. */
  readonly stores: () => CommandStores | undefined;
  readonly projection: Pick<ProjectionSignal, 'waitFor'>;
  readonly lag: Pick<ProjectorLag, 'isBehind'>;
  readonly unprojected: UnprojectedEvents;
  readonly versions: VersionSites;
  /** By how much longer an answer of the broker takes than over a quick link. */
  readonly slownessMs: () => number;
}

/** The projector needs a few milliseconds, unless something is wrong. */
const projectedWithinMs = 100;
/**
 * How long to wait for a log or a database that may hang; a longer wait would show nothing more. Over a slow link each
 * question to the log is given the time that answers take there.
 */
const patienceMs = 2_000;
/** Questions in a row with which all events of a task are read: its last event, a consumer, its state, its messages. */
const foldQuestions = 4;
/** The same for a log when this process knows its own answer: the caller who got it looks right after. */
const patienceOfKnowingMs = 500;

/**
 * Shows sessions as answered commands have left them, even while the read model lags: because its database hangs, the
 * log has no leader, or the projector starts again. This process remembers its own answers; for those of other processes
 * it asks the log where the read model may be behind.
 */
export class CurrentSessions {
  readonly #options: CurrentSessionsOptions;

  constructor(options: CurrentSessionsOptions) {
    this.#options = options;
  }

  /** @throws DatabaseUnavailable when both the database and the log are unavailable */
  async find(sessionId: string): Promise<NamedSessionRow | undefined> {
    const { lag, unprojected, stores } = this.#options;
    const taskId = parseSessionId(sessionId)?.taskId;
    if (taskId === undefined) return undefined;
    const knows = unprojected.ofTask(taskId).length > 0;
    if (!lag.isBehind() && !knows) {
      const row = await this.#inReadModel(sessionId).catch(ifUnavailable);
      if (row !== unavailable) return row;
    }
    const log = stores();
    const fromLog = log ? this.#asLogSays(log, taskId, sessionId).catch(ifUnavailable) : unavailable;
    const soon = await (knows
      ? Promise.race([fromLog, pause(systemTimers, patienceOfKnowingMs).then(() => unavailable)])
      : fromLog);
    if (soon !== unavailable) return soon;
    try {
      return this.#asAnswered(taskId, sessionId, await this.#inReadModel(sessionId));
    } catch (error) {
      const late = await fromLog;
      if (late === unavailable) throw error;
      return late;
    }
  }

  /** Lists sessions. Commands of this process are included; those of other processes may be missing for a moment. */
  async list(filter: SessionFilter): Promise<{ rows: NamedSessionRow[]; next: number | undefined }> {
    const { database, unprojected } = this.#options;
    const page = await listSessions(database, filter);
    const tasks = unprojected.tasks();
    if (tasks.length === 0) return page;
    const newer = new Map<string, NamedSessionRow>();
    for (const taskId of tasks) {
      for (const sessionId of new Set(
        readable(unprojected.ofTask(taskId)).map(({ decoded }) => decoded.event.sessionId),
      )) {
        const row = await this.#asAnswered(taskId, sessionId, await findSession(database, sessionId));
        if (row && (await this.#isAt(filter.sites, row))) newer.set(sessionId, row);
      }
    }
    const isHere = ({ first_sequence: begin }: SessionRow) =>
      begin < (filter.before ?? Number.POSITIVE_INFINITY) && begin >= (page.next ?? 0);
    const rows = [
      ...page.rows.filter(({ session_id }) => !newer.has(session_id)),
      ...[...newer.values()].filter((row) => isHere(row) && fits(row, filter)),
    ].sort((one, other) => other.first_sequence - one.first_sequence);
    if (rows.length <= filter.limit) return { rows, next: page.next };
    const cut = rows.slice(0, filter.limit);
    return { rows: cut, next: cut.at(-1)?.first_sequence };
  }

  async #isAt(granted: GrantedSites, { task_id, config_version }: SessionRow): Promise<boolean> {
    if (granted === 'everywhere') return true;
    const codes = await this.#options.versions.of(task_id, config_version);
    return codes.some((code) => granted.includes(code));
  }

  #inReadModel(sessionId: string): Promise<NamedSessionRow | undefined> {
    return inTime(findSession(this.#options.database, sessionId), DatabaseUnavailable);
  }

  #fromLog<T>(answer: Promise<T>, questions: number): Promise<T> {
    return inTime(answer, StoreUnavailable, patienceMs + questions * this.#options.slownessMs());
  }

  async #asLogSays(
    { events, taskConfigs }: CommandStores,
    taskId: string,
    sessionId: string,
  ): Promise<NamedSessionRow | undefined> {
    const { database, projection } = this.#options;
    const last = await this.#fromLog(events.readLast(subjects.lifecycle(taskId)), 1);
    if (!last || (await projection.waitFor(last.sequence, projectedWithinMs)) === 'reached') {
      const row = await this.#inReadModel(sessionId).catch(ifUnavailable);
      if (row !== unavailable) return row;
    }
    const rows = await this.#fromLog(foldLog(events, taskId), foldQuestions);
    const row = rows.get(sessionId);
    if (!row) return undefined;
    // Only ended sessions are cleaned up. While the database is unavailable, that is unknown, so the log counts.
    if (row.status === 'stopped' || row.status === 'error') {
      const cleaned = inTime(cleanedAt(database, sessionId), DatabaseUnavailable);
      if ((await cleaned.catch(ifUnavailable)) instanceof Date) return undefined;
    }
    const config = await taskConfigs.load(taskId, row.config_version).catch(() => undefined);
    return {
      ...row,
      task_name: config?.ok ? config.config.task_name : '',
      period_ms: config?.ok ? config.config.period_ms : null,
      is_latest: [...rows.values()].every(({ first_sequence }) => first_sequence <= row.first_sequence),
    };
  }

  /** Adds this process's unprojected events to the row that is known. */
  #asAnswered(
    taskId: string,
    sessionId: string,
    rowOfModel: NamedSessionRow | undefined,
  ): NamedSessionRow | undefined {
    let row: SessionRow | undefined = rowOfModel;
    for (const read of readable(this.#options.unprojected.ofTask(taskId))) {
      const { sequence } = read.row;
      if (read.decoded.event.sessionId !== sessionId || sequence <= (row?.last_sequence ?? 0)) continue;
      row = projectEvent(row, read.decoded, sequence);
    }
    if (!row) return undefined;
    const { task_name = '', period_ms = null, is_latest = true } = rowOfModel ?? {};
    // An event may have moved the session to another version.
    const isSameVersion = row.config_version === rowOfModel?.config_version;
    const compared_hash = isSameVersion ? rowOfModel?.compared_hash : undefined;
    const site_codes = isSameVersion ? rowOfModel?.site_codes : undefined;
    return { ...row, task_name, period_ms, is_latest, compared_hash, site_codes };
  }
}

type Readable = Extract<ReadEvent, { kind: 'readable' }>;

function readable(
  events: Parameters<typeof readEvent>[0][] | readonly Parameters<typeof readEvent>[0][],
): Readable[] {
  return events.map(readEvent).filter((read) => read.kind === 'readable');
}

/** Folds all events of a task into the rows of its sessions. @throws StoreUnavailable */
async function foldLog(log: EventStore, taskId: string): Promise<ReadonlyMap<string, SessionRow>> {
  const rows = new Map<string, SessionRow>();
  for await (const event of log.read(subjects.taskEvents(taskId))) {
    const read = readEvent(event);
    if (read.kind === 'unreadable') continue;
    const { sessionId } = read.decoded.event;
    const row = projectEvent(rows.get(sessionId), read.decoded, event.sequence);
    if (row) rows.set(sessionId, row);
  }
  return rows;
}

function fits(row: SessionRow, { statuses, task }: SessionFilter): boolean {
  if (statuses && !statuses.includes(row.status)) return false;
  return task === undefined || row.task_code === task || String(row.task_id) === task;
}

const unavailable = 'unavailable' as const;

function ifUnavailable(error: unknown): typeof unavailable {
  if (error instanceof DatabaseUnavailable || error instanceof StoreUnavailable) return unavailable;
  throw error;
}

/** Awaits a promise for a limited time. @throws what the promise throws, or a `TooLate` when it takes too long */
async function inTime<T>(
  promise: Promise<T>,
  TooLate: typeof DatabaseUnavailable | typeof StoreUnavailable,
  withinMs = patienceMs,
): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([
      promise,
      pause(systemTimers, withinMs, done.signal).then((): never => {
        throw new TooLate(`no answer within ${withinMs} ms`);
      }),
    ]);
  } finally {
    done.abort();
  }
}
