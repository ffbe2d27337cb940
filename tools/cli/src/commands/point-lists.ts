import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { ImportView } from '@holdfast/shared/contracts/http/point-list-http.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Context, Input, Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import { saveDownload } from '../output/save-download.ts';
import { say, speaksChinese } from '../words/say.ts';
import { applyOf, applyOption, noteApplied } from './applied-sessions.ts';
import { csvForm, csvOptions, outputOption } from './csv-options.ts';
import { mappings } from './list-mappings.ts';

const formats = ['csv', 'xlsx'] as const;
const format: Option = {
  type: 'string',
  value: 'FORMAT',
  about: 'csv_unless_set_or_xlsx',
  choices: formats,
};
const imports = '/api/config/imports/';
const shownFaults = 10;

export const pointLists: readonly Command[] = [
  {
    words: ['points', 'export'],
    about: 'points_of_devices_or_of_all',
    operands: [{ name: 'DEVICE', isOptional: true, isMany: true }],
    options: { format, ...csvOptions, output: outputOption },
    async run({ api, print }, input) {
      const { body } = await api.open(
        '/api/exports/points/',
        { device: [...input.operands], ...listOptions(input) },
        {},
      );
      if (body) await saveDownload({ print }, body, input.text('output'));
    },
  },
  {
    words: ['points', 'template'],
    about: 'an_empty_list_of_points',
    operands: [{ name: 'PROTOCOL' }],
    options: { format, ...csvOptions, output: outputOption },
    async run({ api, print }, input) {
      const protocol = encodeURIComponent(input.operands[0] ?? '');
      const query = listOptions(input);
      const { body } = await api.open(`/api/config/import-templates/${protocol}/`, query, {});
      if (body) await saveDownload({ print }, body, input.text('output'));
    },
  },
  {
    words: ['points', 'import'],
    about: 'imports_a_list_of_points_csv',
    operands: [{ name: 'FILE' }],
    options: {
      device: { type: 'string', value: 'DEVICE', about: 'of_rows_that_name_no_device' },
      mode: {
        type: 'string',
        value: 'MODE',
        about: 'merge_unless_set_empty_cells_keep',
        choices: ['merge', 'append', 'replace'],
      },
      mapping: {
        type: 'string',
        value: 'MAPPING',
        about: 'columns_predecessor_or_one',
      },
      'save-mapping': {
        type: 'string',
        value: 'NAME',
        about: 'save_how_this_list_is_read',
      },
      column: {
        type: 'string',
        value: 'B=FIELD',
        about: 'meaning_of_a_column_b_ignores',
        multiple: true,
      },
      answer: {
        type: 'string',
        value: 'NAME=CHOICE',
        about: 'answer_to_an_open_question',
        multiple: true,
      },
      cell: {
        type: 'string',
        value: 'E17=TEXT',
        about: 'use_this_text_instead',
        multiple: true,
      },
      'accept-assumptions': { type: 'boolean', about: 'accept_all_assumptions' },
      encoding: {
        type: 'string',
        value: 'ENCODING',
        about: 'of_csv_found_out_unless_set',
        choices: ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'],
      },
      sheet: {
        type: 'string',
        value: 'SHEET',
        about: 'of_a_workbook_the_one',
      },
      faults: { type: 'string', value: 'FILE', about: 'write_rows_with_faults' },
      'skip-faults': { type: 'boolean', about: 'import_the_rows_without_faults_even' },
      'confirm-deletes': {
        type: 'string',
        value: 'N',
        about: 'with_replace_number_of_points',
      },
      reason: { type: 'string', about: 'why_for_the_history' },
      'dry-run': { type: 'boolean', about: 'only_check_it_and_say' },
      ...applyOption,
    },
    run: importList,
  },
];

function listOptions(input: Input) {
  return {
    ...{ format: input.text('format') ?? 'csv', ...csvForm(input) },
    language: speaksChinese() ? 'zh' : 'en',
  };
}

async function importList({ api, print }: Context, input: Input): Promise<number> {
  const path = input.operands[0] ?? '';
  const content = await contentOf(path);
  const progress = print.progress('import');
  const steps = 3;
  let view: ImportView;
  try {
    progress.at(0, steps);
    view = await api.sendFile<ImportView>(imports, Uint8Array.from(content), {
      name: path === '-' ? undefined : basename(path),
      ...{ mode: input.text('mode'), device: input.text('device'), encoding: input.text('encoding') },
      ...{ sheet: input.text('sheet'), mapping: input.text('mapping') },
    });
    const patch = patchOf(input);
    progress.at(1, steps);
    if (patch) view = await api.patch<ImportView>(`${imports}${view.id}/`, patch);
    progress.at(2, steps);
  } finally {
    progress.end();
  }
  tellColumns(print, view);
  tellSample(print, view);
  if (!print.isJsonAsked) for (const note of view.notes) print.note(plainText(note));
  const skips = input.has('skip-faults') && view.counts.fault > 0;
  const faultsFile = input.text('faults');
  if (view.counts.fault > 0) {
    if (faultsFile !== undefined) {
      const { body } = await api.open(`${imports}${view.id}/faults/`, { format: formatOf(faultsFile) }, {});
      if (body) await saveDownload({ print }, body, faultsFile);
    }
    if (!skips) {
      if (print.asJson) print.json(view);
      throw faulty(path, view);
    }
  }
  const open = view.questions.filter((question) => question.is_guess);
  const isDry = input.has('dry-run');
  const query = applyOf(input);
  if (open.length > 0 && !isDry) {
    if (print.asJson) print.json(view);
    throw unanswered(open);
  }
  if (isDry) {
    for (const question of open) print.note(inWords(question));
    if (open.length === 0) await saveMapping(api, input, view);
    const applied = open.length === 0 && query.apply ? await tried(api, view, { query, skips }) : undefined;
    const what = sentenceOf(view, skips ? 0 : view.deletes);
    print.report(applied ?? view, say('would_be', { what }));
    if (skips) noteSkipped(print, view.counts.fault, faultsFile);
    await api.delete(`${imports}${view.id}/`);
    return noteApplied(print, { ...applied });
  }
  const confirmed = input.integer('confirm-deletes', 0);
  const reason = input.text('reason');
  const body = {
    ...(confirmed !== undefined && { confirm_deletes: confirmed }),
    ...(reason !== undefined && { reason }),
    ...(skips && { skip_faults: true }),
  };
  const applied = await api.callOf<ImportView>(`${imports}${view.id}/`, 'apply/', body, query);
  await saveMapping(api, input, view);
  const deleted = applied.result?.deleted ?? 0;
  print.report(applied, sentenceOf(applied, deleted));
  if (skips) noteSkipped(print, applied.result?.skipped ?? 0, faultsFile);
  if (query.apply === undefined && changesRead(applied, deleted)) print.note(say('sessions_that_run_read'));
  return noteApplied(print, { ...applied });
}

/** The unchanged list, and how sessions would take it. */
function tried(
  api: Context['api'],
  { id, deletes }: ImportView,
  { query, skips }: { readonly query: ReturnType<typeof applyOf>; readonly skips: boolean },
) {
  const body = { dry_run: true, confirm_deletes: deletes, skip_faults: skips };
  return api.callOf<ImportView>(`${imports}${id}/`, 'apply/', body, query);
}

/** Says which rows are still to be imported. */
function noteSkipped(print: Context['print'], count: number, file: string | undefined): void {
  const note =
    file === undefined
      ? say('rows_with_faults_left_out_faults', { count })
      : say('rows_with_faults_left_out_put', {
          ...{ count, file },
        });
  print.note(note);
}

/** Whether existing devices are to be read differently: sessions may be reading them. */
function changesRead({ counts, new_devices: devices }: ImportView, deleted: number): boolean {
  return counts.changed + deleted > 0 || (counts.new > 0 && devices.length === 0);
}

async function saveMapping(api: Context['api'], input: Input, { id }: ImportView): Promise<void> {
  const name = input.text('save-mapping');
  if (name !== undefined) await api.post(mappings, { name, import_id: id });
}

async function contentOf(path: string): Promise<Buffer> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path);
  } catch (error) {
    const about = { file: path === '-' ? say('standard_input') : path, why: (error as Error).message };
    throw new CliError(say('cannot_read', about), exitCodes.refused, { cause: error });
  }
}

function patchOf(input: Input): object | undefined {
  const pairs = (option: string) => {
    const all = input.texts(option).map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new CliError(say('wants_name_value', { option, text }), exitCodes.usage);
      return [text.slice(0, at), text.slice(at + 1)] as const;
    });
    return all.length > 0 ? Object.fromEntries(all) : undefined;
  };
  const [columns, answers, cells] = [pairs('column'), pairs('answer'), pairs('cell')];
  const accepts = input.has('accept-assumptions');
  if (!columns && !answers && !cells && !accepts) return undefined;
  return {
    ...(columns && { columns }),
    ...(answers && { answers }),
    ...(cells && { cells }),
    ...(accepts && { accept_assumptions: true }),
  };
}

/** The format by the file's name, as spreadsheets choose it. */
function formatOf(file: string): 'csv' | 'xlsx' {
  return file.toLowerCase().endsWith('.xlsx') ? 'xlsx' : 'csv';
}

function tellColumns(print: Context['print'], { columns, encoding, sheet }: ImportView): void {
  if (print.isJsonAsked) return;
  const mapped = columns
    .filter(({ field }) => field !== null)
    .map(({ header, field }) => `${plainText(header)} → ${field}`);
  const ignored = columns
    .filter(({ field, header }) => field === null && header !== '')
    .map(({ header }) => plainText(header));
  const where = [encoding?.toUpperCase(), sheet].filter(Boolean).join(', ');
  print.note(say('columns', { where: where || 'XLSX', columns: mapped.join(', ') }));
  if (ignored.length > 0) print.note(say('not_taken', { columns: ignored.join(', ') }));
}

/** Shows how the first rows are read, so that people see whether the columns were recognized. */
function tellSample(print: Context['print'], { sample }: ImportView): void {
  if (print.isJsonAsked) return;
  for (const { line, device, code, fields } of sample) {
    const values = Object.entries(fields).map(([field, value]) => `${field} ${textOf(value)}`);
    const about = { line, point: plainText(`${device}/${code}`), fields: plainText(values.join(', ')) };
    print.note(say('row_of_point', about));
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function faulty(path: string, { counts, faults }: ImportView): CliError {
  const file = path === '-' ? say('standard_input') : path;
  const first =
    counts.fault === 1
      ? say('nothing_was_changed_has_a_fault', { file })
      : say('nothing_was_changed_has_faults', { file, count: counts.fault });
  const lines = faults.slice(0, shownFaults).map(({ cell, column, value, message }) => {
    const what = value === '' || message.includes(value) ? '' : ` "${value}"`;
    return `  - ${plainText(`${cell} ${column}${what}: ${message}`)}`;
  });
  const good = counts.new + counts.changed + counts.same;
  const rest = [
    say('faults_file_has_all_such_rows'),
    ...(good > 0 ? [say('skip_faults_imports_the_other_rows', { file, good })] : []),
  ];
  return new CliError([first, ...lines, ...rest].join('\n'), exitCodes.refused);
}

type OpenQuestion = ImportView['questions'][number];

function unanswered(open: readonly OpenQuestion[]): CliError {
  const lines = [
    say('nothing_was_changed_the_list_leaves'),
    ...open.map(inWords),
    open.every((question) => question.needs_answer)
      ? say('answer_with_answer')
      : say('answer_with_answer_or_take'),
  ];
  return new CliError(lines.join('\n'), exitCodes.refused);
}

function inWords({ name, text, choices, chosen, rows, needs_answer: isOpen }: OpenQuestion): string {
  return [
    `  ${plainText(text)}`,
    ...choices.map(({ value, label }) => {
      const meanings = rows.map((row) => `${row.cell} ${row.value} → ${row.meanings[value]}`).join('; ');
      return `    ${value === chosen && !isOpen ? '*' : ' '} --answer ${name}=${value}  ${plainText(label)}${meanings && ` (${plainText(meanings)})`}`;
    }),
  ].join('\n');
}

function sentenceOf(view: ImportView, deleted: number): string {
  const { new_devices: devices, new_tasks: tasks } = view;
  const { new: created, changed, same } = view.counts;
  const counted = say('points_made_changed_deleted_as_they', {
    ...{ created, changed, deleted, same },
    devices: devices.length,
  });
  if (tasks.length === 0) return counted;
  const names = tasks.map(({ code, period_ms }) => `${plainText(code)} (${period_ms} ms)`).join(', ');
  return `${counted} ${say('tasks_made', { tasks: names })}`;
}
