import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Question } from './history.ts';

/** A database to be filled and asked. */
export interface FullDatabase {
  readonly store: SampleStore;
  /** What it does by itself in quiet hours. */
  rest(): Promise<void>;
  /** What a client takes for the values of a day when it is told where they are. @returns how many came */
  askBare(question: Question): Promise<number>;
  sizes(): Promise<Record<string, number>>;
  versions(): Promise<Record<string, string>>;
}
