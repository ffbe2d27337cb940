import type { InBoth } from '@holdfast/driver/form-words.ts';

/** Something that the file leaves open and that would be read differently either way. */
export interface Question {
  readonly name: string;
  readonly text: InBoth;
  readonly choices: readonly { readonly value: string; readonly label: InBoth }[];
  /** The choice by which the rows are read now. */
  readonly chosen: string;
  /** True until somebody has answered it. */
  readonly isGuess: boolean;
  /** Some cells, with their meaning by each choice. */
  readonly rows: readonly {
    readonly cell: string;
    readonly value: string;
    readonly meanings: Readonly<Record<string, string>>;
  }[];
}

export const shownRows = 3;
