import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

/** A message of SAMPLES. */
export interface SampleMessage {
  /** Position in the stream. */
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** When the broker stored it. */
  readonly time: Date;
  readonly headers?: { get(name: string): string } | undefined;
  /** The body as text. */
  string(): string;
}

/** A message, or values of it, that the database will not take or that is nobody's to write any more. */
export interface Unstorable<M extends SampleMessage = SampleMessage> {
  readonly message: M;
  /** Undefined where it cannot be read. */
  readonly sample?: Sample;
  /** Only the values of these points; all of it when left out. */
  readonly codes?: readonly string[];
  readonly reason: string;
}

/** Puts it into QUARANTINE; resolves when it is there, however long that takes. @throws StoppedWhileTrying */
export type PutAway = (item: Unstorable, signal: AbortSignal) => Promise<void>;

/** Tells the broker that these messages are done. @returns false when it did not confirm; they may come again */
export type Acknowledge<M extends SampleMessage> = (messages: readonly M[]) => Promise<boolean>;
