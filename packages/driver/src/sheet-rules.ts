import type { InBoth } from './form-words.ts';

/** A cell of a spreadsheet. */
export interface SheetCell {
  readonly text: string;
  /** True of a number in a workbook, which has lost its zeros at either end: 40150.1 may have been 40150.10. */
  readonly isNumber: boolean;
}

/** One way in which a column of addresses may be meant. */
export interface SheetNotation {
  readonly name: string;
  readonly label: InBoth;
  /** Headers that leave no doubt. */
  readonly headers: readonly string[];
}

export type ReadAddress =
  /** `connection`: fields of the device that the notation says as well. */
  | { readonly ok: true; readonly place: object; readonly connection?: object }
  | { readonly ok: false; readonly message: string };

/** A column that says a field of the place by words of its own: a function code names a table. */
export interface SheetAlias {
  /** By what a mapping names it. */
  readonly name: string;
  readonly label: InBoth;
  readonly headers: readonly string[];
  readonly field: string;
  readonly words: Readonly<Record<string, string>>;
}

/** How the points of a protocol stand in spreadsheets that people and programs of others make. */
export interface SheetRules {
  /** How the protocol is called there, beside its name and label. */
  readonly protocols: readonly string[];
  /** Headers of the fields of place and connection, beside their names and labels. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Words for the values of fields that take one of several, in small letters, beside the values and their labels. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly aliases: readonly SheetAlias[];
  /** Where an address may be written in several ways; elsewhere a cell is the field as it is. */
  readonly addresses?: SheetAddresses;
}

export interface SheetAddresses {
  /** The field of the place that holds the address. */
  readonly field: string;
  /** The first is that of exports. */
  readonly notations: readonly SheetNotation[];
  /** The one of templates, which people fill in by a manual. */
  readonly template: string;
  /** Names of the notations that all of a column may be in, the likeliest first; one alone is no guess. */
  likely(cells: readonly { readonly cell: SheetCell; readonly fields: object }[]): readonly string[];
  /** @param fields what the other cells of the row say of the place, and `data_type` */
  read(cell: SheetCell, notation: string, fields: object): ReadAddress;
  /** The fields of a place as cells have them in a notation; null for one that says nothing then. @param place as the API shows it */
  show(place: object, notation: string): Readonly<Record<string, unknown>>;
}
