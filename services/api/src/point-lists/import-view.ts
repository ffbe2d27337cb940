import type { DeviceCreate } from '@holdfast/shared/contracts/http/device-http.ts';
import type { ImportFault, ImportRow, ImportView } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { localize } from '../problems/localize.ts';
import type { RowFault } from './judging/row-fault.ts';
import { retentionHours, type StoredImport, type StoredRow } from './stored-import.ts';

/** An import as the API shows it, in the language of the request. */
export function importView({ id, name, settings, view, result, createdAt }: StoredImport): ImportView {
  return {
    ...{ id, name, mode: settings.mode, device: settings.device ?? null },
    created_at: createdAt.toISOString(),
    expires_at: new Date(createdAt.getTime() + retentionHours * 3_600_000).toISOString(),
    state: result ? 'applied' : 'preview',
    mapping: view.mapping,
    format: view.format,
    encoding: view.encoding as ImportView['encoding'],
    sheet: view.sheet,
    sheets: [...view.sheets],
    columns: view.columns.map((column) => ({ ...column })),
    questions: view.questions.map(({ name, text, choices, chosen, isGuess, isConfirmation, rows }) => ({
      ...{ name, chosen, is_guess: isGuess, needs_answer: isConfirmation === true },
      text: localize(text),
      choices: choices.map(({ value, label }) => ({ value, label: localize(label) })),
      rows: rows.map((row) => ({ ...row, meanings: { ...row.meanings } })),
    })),
    notes: view.notes.map(localize),
    counts: view.counts as ImportView['counts'],
    deletes: view.deletes,
    new_devices: (view.newDevices as DeviceCreate[]).map(({ code }) => code),
    new_tasks: view.tasks.flatMap(({ code, periodMs, isNew }) =>
      isNew ? [{ code, period_ms: periodMs }] : [],
    ),
    sample: view.sample.map(({ fields, ...row }) => ({ ...row, fields: { ...fields } })),
    faults: view.faults.map(faultView),
    result,
  };
}

/** The content for the ETag of an import, the same in every language. */
export function importVersion({ id, settings, view, result }: StoredImport): object {
  return { id, settings, counts: view.counts, columns: view.columns, questions: view.questions, result };
}

export function importRow({
  line,
  state,
  device,
  code,
  changes,
  faults,
}: Omit<StoredRow, 'cells'>): ImportRow {
  return {
    ...{ line, device, code },
    state: state as ImportRow['state'],
    changes: (changes ?? {}) as ImportRow['changes'],
    faults: (faults as RowFault[]).map(faultView),
  };
}

export function faultView(fault: RowFault): ImportFault {
  return { ...fault, message: localize(fault.message) };
}
