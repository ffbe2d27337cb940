import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { plainText } from '../output/plain-text.ts';
import { records } from '../output/values.ts';
import { say } from '../words/say.ts';
import { applyOf } from './applied-sessions.ts';
import { changeBody, changeOptions, printChange, printItems } from './change-sets.ts';
import { findItem } from './find-item.ts';

const namedAtMost = 5;
const pathOf = ({ id }: Item) => `/api/config/tasks/${String(id)}/versions/`;

export const taskVersions: readonly Command[] = [
  {
    words: ['tasks', 'versions'],
    about: 'the_versions_of_a_task',
    operands: [{ name: 'TASK' }],
    options: limitOption,
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const versions = await api.list(pathOf(task), {}, limitOf(input));
      print.table(
        versions,
        [
          { head: 'head_version', cell: ({ version }) => version, align: 'right' },
          { head: 'head_time', cell: ({ created_at }) => localTime(created_at) },
          { head: 'head_period', cell: ({ period_ms }) => `${period_ms} ms`, align: 'right' },
          { head: 'head_devices', cell: ({ devices }) => devices, align: 'right' },
          { head: 'head_sessions', cell: ({ sessions }) => sessions, align: 'right' },
        ],
        versions,
        'no_session_was_started_yet',
      );
    },
  },
  {
    words: ['tasks', 'diff'],
    about: 'how_two_versions_of_a_task',
    operands: [{ name: 'TASK' }, { name: 'VERSION' }, { name: 'OTHER', isOptional: true }],
    options: {},
    async run({ api, print }, input) {
      const [name = '', from, to] = input.operands;
      const task = await findItem(api, 'task', name);
      const other = to === undefined || to === 'current' ? 'current' : versionOf(to);
      const diff = await api.get(`${pathOf(task)}${versionOf(from)}/diff/${other}/`);
      printItems(print, diff, records(diff.results));
    },
  },
  {
    words: ['tasks', 'restore'],
    about: 'restores_a_task_its_devices',
    operands: [{ name: 'TASK' }, { name: 'VERSION' }],
    options: {
      'keep-points': {
        type: 'boolean',
        about: 'the_task_goes_on_reading_points',
      },
      ...changeOptions,
    },
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const version = versionOf(input.operands[1]);
      const path = `${pathOf(task)}${version}/restore/`;
      const body = { ...changeBody(input), keep_points: input.has('keep-points') };
      const answer = await api.changeAll('POST', path, body, applyOf(input));
      const code = printChange(print, answer);
      const unread = Array.isArray(answer.unread_points) ? answer.unread_points.map(String) : [];
      if (unread.length > 0 && !print.asJson) {
        const pointNames = unread.slice(0, namedAtMost).join(', ');
        const points = plainText(unread.length > namedAtMost ? `${pointNames}, …` : pointNames);
        print.note(
          say('the_task_does_not_read_points', {
            points,
          }),
        );
      }
      return code;
    },
  },
];

export function versionOf(operand = ''): string {
  if (/^[1-9][0-9]{0,14}$/.test(operand)) return operand;
  throw new CliError(say('is_the_number_of_a_version', { name: 'VERSION', given: operand }), exitCodes.usage);
}
