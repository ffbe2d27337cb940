import type { SheetAddresses } from '@holdfast/driver/sheet-rules.ts';
import { cellName } from '../../spreadsheets/cell-place.ts';
import { cellText, type SheetRow } from '../../spreadsheets/read/list-file.ts';
import { pointListsText } from '../texts.ts';
import { plainAddress } from './cell-value.ts';
import { exampleRowCount, type Question } from './question.ts';
import type { RowReading } from './row-reading.ts';

interface AddressRow {
  readonly row: SheetRow;
  readonly reading: RowReading;
}

/** The notation by which addresses are read, and the question about it, or undefined if only one notation is likely. */
export function notationQuestion(
  addresses: SheetAddresses,
  all: readonly AddressRow[],
  answer: string | undefined,
): { readonly notation: string; readonly question: Question | undefined } {
  const rows = all.filter(({ reading }) => reading.values[addresses.field] !== undefined);
  const cells = rows.map(({ row, reading }) => {
    const cell = row.cells[reading.at[addresses.field] ?? 0] ?? '';
    const { [addresses.field]: _, ...fields } = reading.values;
    return {
      cell: { text: plainAddress(cellText(cell)), isNumber: typeof cell === 'object' && 'number' in cell },
      fields,
    };
  });
  const chosenName = addresses.notations.find(({ name }) => name === answer)?.name;
  const likely = addresses.likely(cells);
  const notation = chosenName ?? likely[0] ?? addresses.notations[0]?.name ?? '';
  const choices = addresses.notations.filter(({ name }) => likely.includes(name) || name === notation);
  if (choices.length < 2) return { notation, question: undefined };
  const examples = rows.slice(0, exampleRowCount).flatMap(({ row, reading }, index) => {
    const read = cells[index];
    if (!read) return [];
    const meanings = choices.map(({ name }) => {
      const meaning = addresses.read(read.cell, name, read.fields);
      const place = meaning.ok ? { table: read.fields.table, ...meaning.place } : undefined;
      return [name, place ? inWords(place) : '—'] as const;
    });
    const cell = cellName(reading.at[addresses.field] ?? 0, row.line);
    return [{ cell, value: read.cell.text, meanings: Object.fromEntries(meanings) }];
  });
  return {
    notation,
    question: {
      name: 'notation',
      text: pointListsText('question'),
      choices: choices.map(({ name, label }) => ({ value: name, label })),
      chosen: notation,
      isGuess: chosenName === undefined,
      rows: examples,
    },
  };
}

/** A place in words, with the values that the API shows. */
function inWords(place: Readonly<Record<string, unknown>>): string {
  const { table, address, ...rest } = place;
  const more = Object.entries(rest).map(([name, value]) => `${name} ${value}`);
  return [[table, address].filter((each) => each !== undefined).join(' '), ...more].join(', ');
}
