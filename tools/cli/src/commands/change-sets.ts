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

export const changeOptions: Readonly<Record<'reason' | 'dry-run' | 'apply', Option>> = {
  reason: { type: 'string', value: 'TEXT', about: 'kept in the change set' },
  'dry-run': { type: 'boolean', about: 'only say what would be done' },
  ...applyOption,
};

export const changeSetCommands: readonly Command[] = [
  {
    words: ['changes', 'list'],
    about: 'Changes of the configuration, newest first.',
    operands: [],
    options: {
      kind: {
        type: 'string',
        value: 'KIND',
        about: 'edit, copy, bulk, import, revert, restore, learned or direct',
      },
      by: { type: 'string', value: 'NAME', about: 'of who is called exactly so' },
      device: { type: 'string', value: 'DEVICE', about: 'of this device and its points' },
      task: { type: 'string', value: 'TASK', about: 'of this task itself' },
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
          { head: 'ID', cell: ({ id }) => id, align: 'right' },
          { head: 'TIME', cell: ({ at }) => localTime(at) },
          { head: 'BY', cell: ({ by }) => by },
          { head: 'KIND', cell: (set) => kindOf(set) },
          { head: 'MADE', cell: ({ counts }) => record(counts).created, align: 'right' },
          { head: 'CHANGED', cell: ({ counts }) => record(counts).changed, align: 'right' },
          { head: 'DELETED', cell: ({ counts }) => record(counts).deleted, align: 'right' },
          { head: 'FROM#whence', cell: ({ source }) => source },
          { head: 'REASON', cell: ({ reason }) => reason },
        ],
        rows,
        'There are no changes.',
      );
    },
  },
  {
    words: ['changes', 'show'],
    about: 'What one change did: each thing and field, before and after.',
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
        print.line(say('{{id}}: {{kind}}, {{by}}, {{time}}, {{source}}', about));
        if (set.reason) print.line(String(set.reason));
        print.line('');
      }
      printItems(print, { ...set, results: items }, items);
    },
  },
  {
    words: ['changes', 'revert'],
    about:
      'Reverts a change set, whole or in part; reverting the revert restores it. Later changes of the same fields are refused, and listed.',
    operands: [{ name: 'SET' }],
    options: {
      only: {
        type: 'string',
        value: 'PART',
        about: 'only this of it: device:4 or device:4:host,port; may be given several times',
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
        ? say('Nothing was changed: this is what would be.')
        : say('Done as change {{id}}; holdfast changes revert {{id}} takes it back.', {
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
        head: 'WHAT',
        cell: ({ kind, device, code }) => `${say(kind as 'site')} ${device ? `${device}/` : ''}${code}`,
      },
      { head: 'ID', cell: ({ id }) => id, align: 'right' },
      { head: 'CHANGE', cell: ({ op }) => valueWord('change', op) },
      { head: 'FIELD', cell: ({ field }) => field },
      { head: 'BEFORE', cell: ({ before }) => textOf(before) },
      { head: 'AFTER', cell: ({ after }) => textOf(after) },
    ],
    items.flatMap(({ fields, ...item }): Item[] => {
      const changed = Object.entries(record(fields)).map(([field, each]) => ({
        ...item,
        field,
        ...record(each),
      }));
      return item.op === 'changed' ? changed : [item];
    }),
    'Nothing was changed.',
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
  throw new CliError(
    say('{{name}} is the number of a change, not {{given}}', { name: 'SET', given: operand }),
    exitCodes.usage,
  );
}

function partOf(text: string): { kind: string; id: number; fields?: string[] } {
  const [, kind = '', id = '', fields] = /^([a-z]+):([1-9][0-9]{0,14})(?::(.+))?$/.exec(text) ?? [];
  if (!kinds.some((each) => each === kind)) {
    throw new CliError(
      say('--only takes {{example}}, not {{given}}', { example: 'device:4:host,port', given: text }),
      exitCodes.usage,
    );
  }
  return { kind, id: Number(id), ...(fields !== undefined && { fields: fields.split(',') }) };
}
