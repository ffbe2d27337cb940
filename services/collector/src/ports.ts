import type { MissCause } from '@holdfast/shared/contracts/sample.ts';
import type { RegisterTable } from '@holdfast/shared/contracts/task-config.ts';

export interface ReadRequest {
  readonly unitId: number;
  readonly table: RegisterTable;
  /** Zero-based protocol address of the first register or bit. */
  readonly address: number;
  /** 1…125 registers or 1…2000 bits. */
  readonly quantity: number;
  /** From the call until the reply is complete, connecting included. */
  readonly timeoutMs: number;
}

export type RawBlock =
  | { readonly kind: 'registers'; readonly values: readonly number[] }
  | { readonly kind: 'bits'; readonly values: readonly boolean[] };

/**
 * One endpoint (TCP host and port), which may serve several units.
 *
 * Callers may rely on: every read settles within its timeout + 250 ms; a value is returned only if it came
 * in reply to exactly this request; after any failure but a Modbus exception the connection is destroyed and
 * the next read connects anew. Callers must keep to one read at a time.
 */
export interface DeviceBus {
  /** @throws ReadFailure and nothing else */
  read(request: ReadRequest): Promise<RawBlock>;
  /** Destroys the socket at once; a read in flight fails with the cause `connection`. Idempotent. */
  disconnect(): void;
}

export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly missCause: Exclude<MissCause, 'overrun'>;
  /** Modbus exception code, when the device answered with one. */
  readonly exceptionCode: number | undefined;
  constructor(
    missCause: Exclude<MissCause, 'overrun'>,
    message: string,
    options?: ErrorOptions & { exceptionCode?: number },
  ) {
    super(message, options);
    this.missCause = missCause;
    this.exceptionCode = options?.exceptionCode;
  }
}
