import type { Specs } from '@holdfast/driver/spec.ts';
import { inEachLanguage } from '@holdfast/texts/text.ts';
import { columnLetters } from '../../spreadsheets/cell-place.ts';
import { cellText, isEmptyCell, type Sheet, type SheetRow } from '../../spreadsheets/read/list-file.ts';
import { type ListField, listFields } from './list-fields.ts';
import { type PeriodUnit, periodHeader } from './periods.ts';

/** A column of a sheet, and its meaning. */
export interface ListColumn {
  readonly index: number;
  readonly header: string;
  /** Undefined for a column that is not taken. */
  readonly field: ListField | undefined;
  /** The notation of addresses that the header itself names. */
  readonly notation?: string | undefined;
  /** The unit that the header of a column of periods names. */
  readonly unit?: PeriodUnit | undefined;
}

export interface ListColumns {
  readonly sheet: Sheet;
  /** The row that holds the headers. */
  readonly head: SheetRow;
  readonly columns: readonly ListColumn[];
  /** The rows below the headers. */
  readonly rows: readonly SheetRow[];
}

/** A person's choice: field names by column letters; an empty name for a column not to be taken. */
export type ChosenColumns = Readonly<Record<string, string>>;

/** The same choice by headers, as a mapping keeps it for other lists. */
export type SavedColumns = Readonly<Record<string, string>>;

interface Vocabulary {
  readonly fields: ReadonlyMap<string, ListField>;
  readonly byHeader: ReadonlyMap<string, Meaning>;
  /** Words around a header of addresses that name their notation, the longest first. */
  readonly marks: readonly { readonly mark: string; readonly notation: string; readonly field: string }[];
}

type Meaning = Pick<ListColumn, 'field' | 'notation'>;

type Saved = Map<string, string>;

const codesByName = [
  ['name', 'code'],
  ['device_name', 'device'],
] as const;

/** Rows searched for the headers, above which there may be titles. */
const headWithin = 10;

export class ColumnNames {
  readonly #vocabulary: Vocabulary;

  constructor(specs: Specs) {
    const fields = listFields(specs);
    const byHeader = new Map<string, Meaning>();
    const add = (header: string, meaning: Meaning) => {
      const key = normalHeader(header);
      if (key !== '' && !byHeader.has(key)) byHeader.set(key, meaning);
    };
    for (const { sheets } of specs.values()) {
      for (const { name, headers } of sheets?.addresses?.notations ?? [])
        for (const header of headers)
          add(header, { field: fields.get(sheets?.addresses?.field ?? ''), notation: name });
    }
    for (const field of fields.values()) {
      add(field.name, { field });
      for (const label of Object.values(inEachLanguage(field.label))) add(label, { field });
    }
    for (const field of fields.values()) for (const header of field.headers) add(header, { field });
    const marks = [...specs.values()].flatMap(({ sheets }) =>
      (sheets?.addresses?.notations ?? []).flatMap(({ name, marks }) =>
        marks.map((mark) => ({
          ...{ mark: normalHeader(mark), notation: name },
          field: sheets?.addresses?.field ?? '',
        })),
      ),
    );
    this.#vocabulary = {
      ...{ fields, byHeader },
      marks: marks.toSorted((one, other) => other.mark.length - one.mark.length),
    };
  }

  get fields(): ReadonlyMap<string, ListField> {
    return this.#vocabulary.fields;
  }

  /** Columns of the wanted sheet, or of the one with the most known headers, or undefined if there is no sheet of this name. */
  columnsOf(
    sheets: readonly Sheet[],
    {
      sheet,
      chosen = {},
      headers = {},
      presetFields = new Set(),
    }: {
      readonly sheet?: string | undefined;
      readonly chosen?: ChosenColumns | undefined;
      readonly headers?: SavedColumns | undefined;
      /** Fields that are given apart from the list, in whose place no column is taken. */
      readonly presetFields?: ReadonlySet<string> | undefined;
    } = {},
  ): ListColumns | undefined {
    const saved: Saved = new Map(
      Object.entries(headers).map(([header, field]) => [normalHeader(header), field]),
    );
    saved.delete('');
    const candidates = sheets.filter(({ name }) => sheet === undefined || name === sheet);
    const headsOfSheets = candidates.map((each) => ({ sheet: each, ...this.#headOf(each, saved) }));
    const [first] = headsOfSheets.toSorted((one, other) => other.columnsKnown - one.columnsKnown);
    if (!first) return undefined;
    const { head } = first;
    const rows = first.sheet.rows.filter(({ line }) => line > head.line);
    return {
      sheet: first.sheet,
      head,
      rows,
      columns: this.#columns(head, { chosen, saved, presetFields }),
    };
  }

  #headOf({ rows }: Sheet, saved: Saved): { readonly head: SheetRow; readonly columnsKnown: number } {
    const counted = rows.slice(0, headWithin).map((head) => ({
      head,
      columnsKnown: new Set(
        head.cells.flatMap((cell) => this.#meaningOf(cellText(cell), saved)?.field?.name ?? []),
      ).size,
    }));
    const most = counted.reduce((best, each) => (each.columnsKnown > best.columnsKnown ? each : best), {
      head: rows[0] ?? { line: 1, cells: [] },
      columnsKnown: 0,
    });
    return most;
  }

  #columns(
    { cells }: SheetRow,
    {
      chosen,
      saved,
      presetFields,
    }: { readonly chosen: ChosenColumns; readonly saved: Saved; readonly presetFields: ReadonlySet<string> },
  ): ListColumn[] {
    const { fields } = this.#vocabulary;
    const takenFields = new Set(Object.values(chosen));
    const headers = cells.map((cell) => (isEmptyCell(cell) ? '' : cellText(cell).trim()));
    const meanings = headers.map((header) => this.#meaningOf(header, saved));
    // Many lists have only names for points and devices, no codes.
    const instead = new Map<string, string>(
      codesByName.filter(
        ([, code]) =>
          !takenFields.has(code) &&
          !meanings.some((each) => each?.field?.name === code) &&
          !presetFields.has(code),
      ),
    );
    const unitOf = (field: ListField | undefined, header: string) =>
      field?.kind === 'period' ? { unit: periodHeader(header)?.unit } : {};
    return headers.map((header, index): ListColumn => {
      const fieldName = chosen[columnLetters(index)];
      if (fieldName !== undefined) {
        const field = fields.get(fieldName);
        return { index, header, field, ...unitOf(field, header) };
      }
      const ownField = meanings[index]?.field;
      const code = instead.get(ownField?.name ?? '');
      const field = code !== undefined && !takenFields.has(code) ? fields.get(code) : ownField;
      if (!field || takenFields.has(field.name)) return { index, header, field: undefined };
      takenFields.add(field.name);
      return { index, header, field, notation: meanings[index]?.notation, ...unitOf(field, header) };
    });
  }

  #meaningOf(header: string, saved: Saved): Meaning | undefined {
    const meaning = this.#fieldOf(header);
    const name = saved.get(normalHeader(header));
    if (name === undefined || name === meaning?.field?.name) return meaning;
    return { field: this.#vocabulary.fields.get(name) };
  }

  #fieldOf(header: string): Meaning | undefined {
    const { byHeader } = this.#vocabulary;
    const period = byHeader.get(normalHeader(periodHeader(header)?.rest ?? ''));
    if (period?.field?.kind === 'period') return period;
    const addressMeaning = this.#markedAddress(normalHeader(header));
    if (addressMeaning) return addressMeaning;
    const [, outside = '', inside = ''] = /^([^(（]*)[(（]([^)）]*)[)）]/.exec(header) ?? [];
    return [header, outside, inside]
      .map((each) => byHeader.get(normalHeader(each)))
      .find((each) => each !== undefined);
  }

  /** The meaning of a header of addresses with the words of a notation around it. */
  #markedAddress(header: string): Meaning | undefined {
    const { byHeader, marks } = this.#vocabulary;
    if (byHeader.has(header)) return undefined;
    for (const { mark, notation, field: name } of marks) {
      const rest = header.endsWith(mark)
        ? header.slice(0, -mark.length)
        : header.startsWith(mark)
          ? header.slice(mark.length)
          : '';
      const field = byHeader.get(rest)?.field;
      if (field?.name === name) return { field, notation };
    }
    return undefined;
  }
}

/** A header reduced to its letters and numbers. */
function normalHeader(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
