import type { HistoryQuery, SampleStore } from '@holdfast/sample-store/sample-store.ts';

export type Question = HistoryQuery & {
  readonly devices: readonly { deviceCode: string; measurement: string }[];
};

/** A database to be filled and asked. */
export interface FullDatabase {
  readonly store: SampleStore;
  /** Lets the database do its work of quiet hours. */
  rest(): Promise<void>;
  /** Reads the values of a day as a bare client that knows where they are. @returns how many came */
  askBare(question: Question): Promise<number>;
  sizes(): Promise<Record<string, number>>;
  versions(): Promise<Record<string, string>>;
}
