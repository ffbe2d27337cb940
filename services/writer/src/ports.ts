import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { Words } from '@holdfast/texts/text.ts';

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

/** A message, or some of its values, that the database will not take or that no longer may be written. */
export interface Unstorable<M extends SampleMessage = SampleMessage> {
  readonly message: M;
  /** Undefined where the message cannot be read. */
  readonly sample?: Sample;
  /** Only the values of these points; the whole message when left out. */
  readonly codes?: readonly string[];
  /** True when it does not come from its holder. */
  readonly isNobodys?: boolean;
  /** The epoch of the message, of which SESSIONS has nothing since it was restored. */
  readonly lostEpoch?: number | undefined;
  readonly reason: string;
}

/** Puts an item into QUARANTINE; resolves when it is there, however long that takes. @throws StoppedWhileTrying */
export type PutAway = (item: Unstorable, signal: AbortSignal) => Promise<void>;

/** The configuration snapshots of tasks. */
export interface Snapshots {
  /** @throws when the broker cannot be asked; a missing snapshot is an answer, in words */
  load(
    taskId: string,
    configVersion: number,
  ): Promise<
    { readonly ok: true; readonly config: TaskConfig } | { readonly ok: false; readonly problem: Words }
  >;
}

/** Has the broker deliver these messages again after a while. */
export type Postpone<M extends SampleMessage = SampleMessage> = (messages: readonly M[]) => void;

/** Confirms to the broker that these messages are done. @returns false when it did not confirm; they may come again */
export type Acknowledge<M extends SampleMessage> = (messages: readonly M[]) => Promise<boolean>;
