export type Parity = 'none' | 'even' | 'odd';

/** `path`: a line that is there. `pty`: one that is made, with `socat`; clients open it under this path. */
export type SerialPlace = { readonly path: string } | { readonly pty: string };

export type SerialSettings = SerialPlace & {
  readonly baudRate: number;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
};
