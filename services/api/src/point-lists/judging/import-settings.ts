import type { listLayouts } from '@holdfast/shared/contracts/http/point-list-http.ts';
import type { Encoding } from '../../spreadsheets/read/list-file.ts';
import type { ChosenColumns, SavedColumns } from '../columns/list-columns.ts';
import type { ImportMode } from './judge-rows.ts';

/**
 * `columns`: one column is one field. `predecessor`: the 19 columns of the predecessor, some of which mean several
 * fields.
 */
export type ListLayout = (typeof listLayouts)[number];

/** How to read a file. Undefined settings are found out from the file. */
export interface ImportSettings {
  readonly mode: ImportMode;
  readonly device?: string | undefined;
  readonly encoding?: Encoding | undefined;
  readonly sheet?: string | undefined;
  readonly layout?: ListLayout | undefined;
  readonly columns: ChosenColumns;
  /** Fields by headers, from a saved mapping; a column with an empty one is not taken. */
  readonly headers?: SavedColumns | undefined;
  /** Answers by the name of the question. */
  readonly answers: Readonly<Record<string, string>>;
  /** Whether the importing person has agreed to the guesses. */
  readonly accepted: boolean;
  /** Texts that replace those of the file, by cell: `E17`. */
  readonly cells: Readonly<Record<string, string>>;
}
