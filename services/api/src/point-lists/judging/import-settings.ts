import type { listLayouts } from '@holdfast/shared/contracts/http/point-list-http.ts';
import type { ChosenColumns, SavedColumns } from '../columns/list-columns.ts';
import type { Encoding } from '../files/list-file.ts';
import type { ImportMode } from './judge-rows.ts';

/** `columns`: one column is one field. `predecessor`: the 19 columns of the collector before this one, some of which mean several. */
export type ListLayout = (typeof listLayouts)[number];

/** How a file is to be taken. What is undefined is found out. */
export interface ImportSettings {
  readonly mode: ImportMode;
  readonly device?: string | undefined;
  readonly encoding?: Encoding | undefined;
  readonly sheet?: string | undefined;
  readonly layout?: ListLayout | undefined;
  readonly columns: ChosenColumns;
  /** Fields by headers, of a mapping that was saved; an empty one is not taken. */
  readonly headers?: SavedColumns | undefined;
  /** To questions, by their name. */
  readonly answers: Readonly<Record<string, string>>;
  /** Whether whoever imports has agreed to what was guessed. */
  readonly accepted: boolean;
  /** Texts instead of those of the file: `E17`. */
  readonly cells: Readonly<Record<string, string>>;
}
