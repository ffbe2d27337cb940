import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { type Command, limitOf, limitOption, type Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import type { Printer } from '../output/printer.ts';
import { record, records } from '../output/values.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { applyOf, applyOption, noteApplied } from './applied-sessions.ts';
import { findItem } from './find-item.ts';

const path = '/api/config/change-sets/';
const kinds = ['site', 'device', 'point', 'task'] as const;
type Kind = (typeof kinds)[number];

export const changeOptions: Readonly<Record<'reason' | 'dry-run' | 'apply', Option>> = {
  reason: { type: 'string', value: 'TEXT', about: 'kept_in_the_change_set' },
  'dry-run': { type: 'boolean', about: 'only_say_what_would_be_done' },
  ...applyOption,
};

export const changeSetCommands: readonly Command[] = [
  {
    words: ['changes', 'list'],
    about: 'changes_of_the_configuration_newest',
    operands: [],
    options: {
      kind: {
        type: 'string',
        value: 'KIND',
        about: 'edit_copy_bulk_import_revert_restore',
      },
      by: { type: 'string', value: 'NAME', about: 'of_who_is_called_exactly' },
      device: { type: 'string', value: 'DEVICE', about: 'of_this_device_and_its_points' },
      task: { type: 'string', value: 'TASK', about: 'of_this_task_itself' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const idOf = async (kind: 'device' | 'task') => {
        const operand = input.text(kind);
        return operand === undefined ? undefined : ((await findItem(api, kind, operand)).id as number);
      };
      const query = {
        ...{ kind: input.text('kind'), by: input.text('by') },
        ...{ device_id: await idOf('device'), task_id: await idOf('task') },
      };
      const rows = await api.list(path, query, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_id', cell: ({ id }) => id, align: 'right' },
          { head: 'head_time', cell: ({ at }) => localTime(at) },
          { head: 'head_by', cell: ({ by }) => by },
          { head: 'head_kind', cell: (set) => kindOf(set) },
          { head: 'head_made', cell: ({ counts }) => record(counts).created, align: 'right' },
          { head: 'head_changed', cell: ({ counts }) => record(counts).changed, align: 'right' },
          { head: 'head_deleted', cell: ({ counts }) => record(counts).deleted, align: 'right' },
          { head: 'head_from_whence', cell: ({ source }) => source },
          { head: 'head_reason', cell: ({ reason }) => reason },
        ],
        rows,
        'there_are_no_changes',
      );
    },
  },
  {
    words: ['changes', 'show'],
    about: 'what_one_change_did_each_thing',
    operands: [{ name: 'SET' }],
    options: limitOption,
    async run({ api, print }, input) {
      let head: Item = {};
      const items = await api.list(`${path}${setOf(input.operands[0])}/`, {}, limitOf(input), (page) => {
        head = page;
      });
      const { results: _, next_cursor: __, ...set } = head;
      if (!print.asJson) {
        const about = {
          id: set.id,
          kind: kindOf(set),
          by: set.by,
          time: localTime(set.at),
          source: set.source,
        };
        print.line(say('id_kind_by_time_source', about));
        if (set.reason) print.line(String(set.reason));
        print.line('');
      }
      printItems(print, { ...set, results: items }, items);
    },
  },
  {
    words: ['changes', 'revert'],
    about: 'reverts_a_change_set_whole',
    operands: [{ name: 'SET' }],
    options: {
      only: {
        type: 'string',
        value: 'PART',
        about: 'only_this_of_it_device_4',
        multiple: true,
      },
      ...changeOptions,
    },
    async run({ api, print }, input) {
      const set = setOf(input.operands[0]);
      const only = input.texts('only').map(partOf);
      const body = { ...(only.length > 0 && { only }), ...changeBody(input) };
      const answer = await api.changeAll('POST', `${path}${set}/revert/`, body, applyOf(input));
      return printChange(print, answer);
    },
  },
];

/** The fields that every change by a body takes. */
export function changeBody(input: {
  text(option: string): string | undefined;
  has(option: string): boolean;
}) {
  const reason = input.text('reason');
  return { ...(reason !== undefined && { reason }), dry_run: input.has('dry-run') };
}

/** The answer to a change of many things. @returns the exit code */
export function printChange(print: Printer, answer: Item): number {
  const items = records(answer.results);
  printItems(print, answer, items);
  if (!print.asJson) {
    print.note(
      answer.change_set === null
        ? say('nothing_was_changed_this_is_what')
        : say('done_as_change_holdfast_changes_revert', {
            id: answer.change_set,
          }),
    );
  }
  return noteApplied(print, answer);
}

export function printItems(print: Printer, value: unknown, items: readonly Item[]): void {
  print.table(
    value,
    [
      {
        head: 'head_what',
        cell: ({ kind, device, code }) =>
          `${say(`field_${kind as Kind}`)} ${device ? `${device}/` : ''}${code}`,
      },
      { head: 'head_id', cell: ({ id }) => id, align: 'right' },
      { head: 'head_change', cell: ({ op }) => valueWord('change', op) },
      { head: 'head_field', cell: ({ field }) => field },
      { head: 'head_before', cell: ({ before }) => textOf(before) },
      { head: 'head_after', cell: ({ after }) => textOf(after) },
    ],
    items.flatMap(({ fields, ...item }): Item[] => {
      const changed = Object.entries(record(fields)).map(([field, each]) => ({
        ...item,
        field,
        ...record(each),
      }));
      return item.op === 'changed' ? changed : [item];
    }),
    'nothing_was_changed',
  );
}

const kindOf = ({ kind, reverts }: Item) =>
  `${valueWord('change_kind', kind)}${reverts ? ` ${String(reverts)}` : ''}`;

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function setOf(operand = ''): string {
  if (/^[1-9][0-9]{0,14}$/.test(operand)) return operand;
  throw new CliError(say('is_the_number_of_a_change', { name: 'SET', given: operand }), exitCodes.usage);
}

function partOf(text: string): { kind: string; id: number; fields?: string[] } {
  const [, kind = '', id = '', fields] = /^([a-z]+):([1-9][0-9]{0,14})(?::(.+))?$/.exec(text) ?? [];
  if (!kinds.some((each) => each === kind)) {
    throw new CliError(say('only_takes', { example: 'device:4:host,port', given: text }), exitCodes.usage);
  }
  return { kind, id: Number(id), ...(fields !== undefined && { fields: fields.split(',') }) };
}
