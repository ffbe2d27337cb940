import type pg from 'pg';

/** The part of the driver's connection that a COPY needs; the driver's types leave it out. */
interface CopyConnection {
  query(text: string): void;
  readonly stream: { write(bytes: Buffer): unknown };
  endCopyFrom(): void;
}

/**
 * Sends rows by `COPY … FROM STDIN`, which takes them 1.7 times as fast as an INSERT of arrays (measured). The driver
 * leaves that protocol to objects like this one.
 */
class CopyIn {
  readonly #text: string;
  readonly #data: Buffer;
  #failure: Error | undefined;
  /** The driver wraps it in its timeout. */
  callback: (error: Error | null) => void;

  constructor(text: string, data: Buffer, callback: (error: Error | null) => void) {
    this.#text = text;
    this.#data = data;
    this.callback = callback;
  }

  submit(connection: CopyConnection): void {
    connection.query(this.#text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    // Written separately: the driver would copy all data into a buffer of its own to put this before it.
    const head = Buffer.alloc(5);
    head.write('d', 'latin1');
    head.writeInt32BE(this.#data.length + 4, 1);
    connection.stream.write(head);
    connection.stream.write(this.#data);
    connection.endCopyFrom();
  }

  handleError(error: Error): void {
    this.#failure = error;
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failure) this.callback(null);
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** Unless it throws, `data` is not read after it. @throws pg.DatabaseError as a query does */
export function copyInto(client: pg.ClientBase, text: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = new CopyIn(text, data, (error) => (error ? reject(error) : resolve()));
    client.query(copy as unknown as pg.Submittable);
  });
}
