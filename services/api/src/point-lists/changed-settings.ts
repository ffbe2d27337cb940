import { driverText } from '@holdfast/driver/texts.ts';
import type { ImportPatch } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { validationFailed } from '../problems/problem.ts';
import type { ImportSettings } from './judging/import-settings.ts';
import { columnNames } from './judging/open-list.ts';
import type { StoredImport } from './stored-import.ts';
import { pointListsText } from './texts.ts';

/** How a list is to be read after a change. @throws Problem for an unknown field or answer */
export function changedSettings({ settings, view }: StoredImport, patch: ImportPatch): ImportSettings {
  const { mode, device, encoding, sheet, mapping, columns, answers, accept_assumptions, cells } = patch;
  const fieldsByName = columnNames().fields;
  const errors = [
    ...Object.entries(columns ?? {})
      .filter(([, field]) => field !== '' && !fieldsByName.has(field))
      .map(([column, field]) => ({
        path: `columns.${column}`,
        message: driverText('not_enumerated', {
          value: `"${field}"`,
          names: [...fieldsByName.keys()].join(', '),
        }),
      })),
    ...Object.entries(answers ?? {}).flatMap(([name, value]) => {
      const question = view.questions.find((each) => each.name === name);
      const choices = question?.choices.map((choice) => choice.value) ?? [];
      if (choices.includes(value)) return [];
      const message = question
        ? driverText('not_enumerated', { value: `"${value}"`, names: choices.join(', ') })
        : pointListsText('no_such_question');
      return [{ path: `answers.${name}`, message }];
    }),
  ];
  if (errors.length > 0) throw validationFailed(errors);
  const isOtherFile = (encoding ?? undefined) !== settings.encoding && encoding !== undefined;
  return {
    mode: mode ?? settings.mode,
    device: device === undefined ? settings.device : (device ?? undefined),
    encoding: encoding === undefined ? settings.encoding : (encoding ?? undefined),
    sheet: sheet === undefined ? settings.sheet : (sheet ?? undefined),
    layout: mapping === undefined ? settings.layout : (mapping ?? undefined),
    headers: mapping === undefined ? settings.headers : undefined,
    columns: sheet === undefined ? { ...settings.columns, ...columns } : { ...columns },
    answers: { ...settings.answers, ...answers },
    // Guesses were accepted only for the former columns.
    accepted:
      accept_assumptions === true ||
      (settings.accepted && !isOtherFile && !columns && sheet === undefined && mapping === undefined),
    cells: sheet === undefined ? { ...settings.cells, ...cells } : { ...cells },
  };
}
