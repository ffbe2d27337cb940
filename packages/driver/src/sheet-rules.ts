import type { Text } from '@holdfast/texts/text.ts';

/** A cell of a spreadsheet. */
export interface SheetCell {
  readonly text: string;
  /** True for a number in a workbook, which has lost its zeros at either end: 40150.1 may have been 40150.10. */
  readonly isNumber: boolean;
}

/** One way to read a column of addresses. */
export interface SheetNotation {
  readonly name: string;
  readonly label: Text;
  /** Headers that indicate it beyond doubt. */
  readonly headers: readonly string[];
  /** Words that indicate it before or behind any header of addresses, such as `从0开始`. */
  readonly marks: readonly string[];
}

export type ReadAddress =
  /** `connection`: fields of the device that the notation implies too. */
  | { readonly ok: true; readonly place: object; readonly connection?: object }
  | { readonly ok: false; readonly message: Text };

/** A column that gives a field of the place in words of its own, such as a function code that names a table. */
export interface SheetAlias {
  /** Its name in a mapping. */
  readonly name: string;
  readonly label: Text;
  readonly headers: readonly string[];
  readonly field: string;
  readonly words: Readonly<Record<string, string>>;
}

/** How the points of a protocol appear in spreadsheets made by other people and programs. */
export interface SheetRules {
  /** Names of the protocol in spreadsheets, besides its name and label. */
  readonly protocols: readonly string[];
  /** Headers for the fields of place and connection, besides their names and labels. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Words for the values of fields that take one of several, in lower case, besides the values and their labels. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly aliases: readonly SheetAlias[];
  /** Set where an address may be written in several ways; otherwise a cell is the field as it is. */
  readonly addresses?: SheetAddresses;
}

export interface SheetAddresses {
  /** The field of the place that holds the address. */
  readonly field: string;
  /** The first is used by exports. */
  readonly notations: readonly SheetNotation[];
  /** The notation of templates, which people fill in from a manual. */
  readonly template: string;
  /** Names of the notations that fit a whole column, the likeliest first. A single one is no guess. */
  likely(cells: readonly { readonly cell: SheetCell; readonly fields: object }[]): readonly string[];
  /** @param fields what the other cells of the row say about the place, and `data_type` */
  read(cell: SheetCell, notation: string, fields: object): ReadAddress;
  /**
   * The cells of a place in a notation, by field, or null for a field that then says nothing. @param place as the API
   * shows it
   */
  show(place: object, notation: string): Readonly<Record<string, unknown>>;
}
