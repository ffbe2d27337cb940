import type { SessionRow } from './read-model-rows.ts';

const rowsAtMost = 4_096;

/**
 * Rows of sessions as this process has last written them, while it is the one that writes the read model: nobody else
 * changes them then, but for those of ended sessions, which can be cleaned away. Those that have not changed for longest
 * are forgotten.
 */
export class ProjectedRows {
  readonly #rows = new Map<string, SessionRow>();

  /** As it was when it was written. */
  get(sessionId: string): SessionRow | undefined {
    return this.#rows.get(sessionId);
  }

  /** As the database has it now; undefined when that has to be asked. */
  current(sessionId: string): SessionRow | undefined {
    const row = this.#rows.get(sessionId);
    return row && !isOver(row) ? row : undefined;
  }

  /** When they are committed. */
  put(rows: ReadonlyMap<string, SessionRow>): void {
    for (const [sessionId, row] of rows) {
      this.#rows.delete(sessionId);
      this.#rows.set(sessionId, row);
    }
    for (const sessionId of this.#rows.keys()) {
      if (this.#rows.size <= rowsAtMost) break;
      this.#rows.delete(sessionId);
    }
  }

  /** This process does not write the read model any more, or begins to. */
  clear(): void {
    this.#rows.clear();
  }
}

/** Whether the session's row can be cleaned away. */
function isOver({ status }: SessionRow): boolean {
  return status === 'stopped' || status === 'error';
}
