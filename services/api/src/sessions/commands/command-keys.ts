import type { CommandRecord } from '@holdfast/shared/contracts/command-record.ts';

export type { CommandRecord };

/** Which commands came with an Idempotency-Key, for a day. Every method throws BrokerUnavailable. */
export interface CommandKeys {
  /** Undefined when the record was stored, else the one that was there before. @throws ApiProblem without room */
  claim(key: string, record: CommandRecord): Promise<CommandRecord | undefined>;
  put(key: string, record: CommandRecord): Promise<void>;
  delete(key: string): Promise<void>;
}

/** One try at a command. */
export interface CommandAttempt {
  /** The same for every try; id of the event that comes of it. */
  readonly commandId: string;
  /** A try before may have been carried out, or may be just now. */
  readonly isRepeat: boolean;
  /** W3C: of the request that it came with. */
  readonly traceparent?: string;
}
