import type { SessionRow } from './read-model-rows.ts';

const rowsAtMost = 4_096;

/**
 * Session rows as this process last wrote them, while it is the one that writes the read model. No other process changes them
 * then, except that rows of ended sessions can be cleaned up. Rows that have not changed for longest are forgotten.
 */
export class ProjectedRows {
  readonly #rows = new Map<string, SessionRow>();

  /** The row as this process wrote it. */
  get(sessionId: string): SessionRow | undefined {
    return this.#rows.get(sessionId);
  }

  /** The row as the database has it now, or undefined if only the database knows. */
  current(sessionId: string): SessionRow | undefined {
    const row = this.#rows.get(sessionId);
    return row && !isOver(row) ? row : undefined;
  }

  /** Called when the rows are committed. */
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

  /** Called when this process begins or ends to write the read model. */
  clear(): void {
    this.#rows.clear();
  }
}

/** Whether the session's row can be cleaned up. */
function isOver({ status }: SessionRow): boolean {
  return status === 'stopped' || status === 'error';
}
