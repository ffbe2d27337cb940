import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Question } from './history.ts';

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
