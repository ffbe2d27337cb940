import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { DatabaseUnavailable } from '../../database/database-unavailable.ts';
import type { Database } from '../../database/open-database.ts';
import type { ProjectedRows } from '../projection/projected-rows.ts';
import { findSession } from './list-sessions.ts';
import { sessionView } from './session-view.ts';

const namesAtMost = 20_000;

/** Shows a session after a command, once the read model has its event. */
export class SessionsAfterCommands {
  readonly #database: Database;
  readonly #rows: Pick<ProjectedRows, 'get' | 'current'>;
  /** Task names by task and version, from snapshots, which never change. */
  readonly #names = new Map<string, string>();

  constructor({ database, rows }: { database: Database; rows: Pick<ProjectedRows, 'get' | 'current'> }) {
    this.#database = database;
    this.#rows = rows;
  }

  /**
   * The session with the event at `sequence`, which the read model has. If this process itself just wrote the row,
   * PostgreSQL is not asked to read it back. That was a third of what a command cost it.
   * @param isNew whether the event has just been appended; if not, and the session is over, any process may have
   * cleaned its row away since
   * @returns `gone` when the read model does not have the session, undefined when the database has just become unavailable
   */
  async after(
    sessionId: string,
    { sequence, isNew }: { readonly sequence: number; readonly isNew: boolean },
  ): Promise<SessionView | 'gone' | undefined> {
    const row = isNew ? this.#rows.get(sessionId) : this.#rows.current(sessionId);
    // A passing failure also depends on whether a later run has followed, which only other rows show.
    if (row && row.last_sequence >= sequence && row.status !== 'error') {
      const task_name = this.#names.get(keyOf(row.task_id, row.config_version));
      if (task_name !== undefined) {
        return sessionView({ ...row, task_name, is_latest: false, period_ms: null }, new Date());
      }
    }
    try {
      const session = await findSession(this.#database, sessionId);
      if (!session) return 'gone';
      // Only a snapshot has a period: without one, the name is the task's current one and may change.
      if (session.period_ms !== null) this.#learn(session.task_id, session.config_version, session.task_name);
      return sessionView(session, new Date());
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return undefined;
      throw error;
    }
  }

  #learn(taskId: number, version: number, name: string): void {
    if (this.#names.size >= namesAtMost) this.#names.clear();
    this.#names.set(keyOf(taskId, version), name);
  }
}

function keyOf(taskId: number, version: number): string {
  return `${taskId}/${version}`;
}
