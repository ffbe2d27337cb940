import type pg from 'pg';

/** Bytes and lines of what came. */
export interface Downloaded {
  readonly bytes: number;
  readonly lines: number;
}

/** `COPY … TO STDOUT`, whose protocol the driver leaves to objects like this one. Counts what comes and keeps none of it. */
class CopyOut {
  readonly #text: string;
  #bytes = 0;
  #lines = 0;
  #failure: Error | undefined;
  /** The driver puts its timeout around it. */
  callback: (error: Error | null, found?: Downloaded) => void;

  constructor(text: string, callback: CopyOut['callback']) {
    this.#text = text;
    this.callback = callback;
  }

  submit(connection: { query(text: string): void }): void {
    connection.query(this.#text);
  }

  /** One line each. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#bytes += chunk.length;
    this.#lines += 1;
  }

  handleError(error: Error): void {
    this.#failure = error;
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failure) this.callback(null, { bytes: this.#bytes, lines: this.#lines });
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** @throws pg.DatabaseError as a query does */
export function copyOut(client: pg.ClientBase, text: string): Promise<Downloaded> {
  return new Promise((resolve, reject) => {
    const copy = new CopyOut(text, (error, found) => (error || !found ? reject(error) : resolve(found)));
    client.query(copy as unknown as pg.Submittable);
  });
}
