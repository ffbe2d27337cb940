import type { Text } from '@holdfast/texts/text.ts';

/** Something that the file leaves open, and whose answer changes how it is read. */
export interface Question {
  readonly name: string;
  readonly text: Text;
  readonly choices: readonly { readonly value: string; readonly label: Text }[];
  /** The choice by which rows are currently read. */
  readonly chosen: string;
  /** True until it is answered. */
  readonly isGuess: boolean;
  /** True for a doubt about this list alone: neither accepted assumptions nor a saved mapping settle it. */
  readonly isConfirmation?: boolean;
  /** Some cells, with their meaning under each choice. */
  readonly rows: readonly {
    readonly cell: string;
    readonly value: string;
    readonly meanings: Readonly<Record<string, string>>;
  }[];
}

export const exampleRowCount = 3;
