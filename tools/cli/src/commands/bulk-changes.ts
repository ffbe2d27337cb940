import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Input, Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../words/say.ts';
import { applyOf } from './applied-sessions.ts';
import { changeBody, changeOptions, printChange } from './change-sets.ts';
import { findItem } from './find-item.ts';

const set: Readonly<Record<'set', Option>> = {
  set: {
    type: 'string',
    value: 'FIELD=VALUE',
    about: 'the_value_of_a_field_text',
    multiple: true,
  },
};
const code: Readonly<Record<'code', Option>> = {
  code: { type: 'string', value: 'CODE', about: 'with_this_code_stands' },
};
const site: Readonly<Record<'site', Option>> = {
  site: { type: 'string', value: 'SITE', about: 'at_this_site' },
};
const task: Readonly<Record<'task', Option>> = {
  task: { type: 'string', value: 'TASK', about: 'of_devices_that_this_task_reads' },
};
const ofDevice: Readonly<Record<'device', Option>> = {
  device: { type: 'string', value: 'DEVICE', about: 'of_this_device' },
};
const cascade: Readonly<Record<'cascade', Option>> = {
  cascade: { type: 'boolean', about: 'also_delete_their_points_and_remove' },
};
const devices = { ...code, ...site, ...task };
const points = { ...ofDevice, ...code, ...site, ...task };

export const bulkChanges: readonly Command[] = [
  {
    words: ['devices', 'copy'],
    about: 'copies_a_device_with_its_points',
    example:
      'devices copy press-1 --count 20 --code "press-{n:02}" --first 2 --step host=10.0.0.11 --task presses',
    operands: [{ name: 'DEVICE' }],
    options: {
      count: { type: 'string', value: 'N', about: 'number_of_copies_default_1' },
      code: { type: 'string', value: 'CODE', about: 'of_the_copies_with_n' },
      name: { type: 'string', value: 'NAME', about: 'likewise_that_of_the_device_unless' },
      first: { type: 'string', value: 'N', about: 'number_of_the_first_copy_default' },
      step: {
        type: 'string',
        value: 'FIELD=FROM[:STEP]',
        about: 'a_field_that_goes_up_host',
        multiple: true,
      },
      ...set,
      task: {
        type: 'string',
        value: 'TASK',
        about: 'reads_the_copies',
        multiple: true,
      },
      ...changeOptions,
    },
    async run({ api, print }, input) {
      const device = await findItem(api, 'device', input.operands[0] ?? '');
      const tasks = await Promise.all(input.texts('task').map((each) => findItem(api, 'task', each)));
      const body = {
        ...{
          count: input.integer('count', 1) ?? 1,
          code: input.text('code') ?? '',
          first_n: input.integer('first', 0),
        },
        name: input.text('name'),
        fields: { ...fieldsOf(input), ...stepsOf(input) },
        task_ids: tasks.map(({ id }) => id),
        ...changeBody(input),
      };
      const path = `/api/config/devices/${device.id}/copies/`;
      return printChange(print, await api.changeAll('POST', path, body, applyOf(input)));
    },
  },
  ...edits('devices', 'gives_many_devices_the_same_fields', devices),
  ...edits('points', 'gives_many_points_the_same_fields', points),
  ...deletions('devices', 'deletes_many_devices_all_or_none', { ...devices, ...cascade }),
  ...deletions('points', 'deletes_many_points_all_or_none', {
    ...points,
    cascade: { type: 'boolean', about: 'also_remove_them_from_tasks' },
  }),
];

type Kinds = 'devices' | 'points';

function edits(kinds: Kinds, about: Command['about'], options: Command['options']): Command[] {
  return [
    {
      ...{ words: [kinds, 'edit'], about, operands: [] },
      options: { ...options, ...set, ...changeOptions },
      async run({ api, print }, input) {
        const body = { filter: await filterOf(api, input), set: fieldsOf(input), ...changeBody(input) };
        return printChange(
          print,
          await api.changeAll('PATCH', `/api/config/${kinds}/`, body, applyOf(input)),
        );
      },
    },
  ];
}

function deletions(kinds: Kinds, about: Command['about'], options: Command['options']): Command[] {
  return [
    {
      ...{ words: [kinds, 'delete'], about, operands: [] },
      options: { ...options, ...changeOptions },
      async run({ api, print }, input) {
        const body = {
          filter: await filterOf(api, input),
          cascade: input.has('cascade'),
          ...changeBody(input),
        };
        const path = `/api/config/${kinds}/delete/`;
        return printChange(print, await api.changeAll('POST', path, body, applyOf(input)));
      },
    },
  ];
}

async function filterOf(api: ApiClient, input: Input): Promise<Item> {
  const filter: Record<string, unknown> = {};
  for (const kind of ['device', 'site', 'task'] as const) {
    const operand = input.text(kind);
    if (operand !== undefined) filter[`${kind}_id`] = (await findItem(api, kind, operand)).id;
  }
  const pattern = input.text('code');
  if (pattern !== undefined) filter.code = pattern;
  if (Object.keys(filter).length > 0) return filter;
  throw new CliError(say('say_which', { example: "--code 'press-*'" }), exitCodes.usage);
}

function fieldsOf(input: Input): Item {
  return Object.fromEntries(
    input
      .texts('set')
      .map((text) => pairOf('set', text))
      .map(([name, value]) => [name, readValue(value)]),
  );
}

function stepsOf(input: Input): Item {
  return Object.fromEntries(
    input.texts('step').map((text) => {
      const [name, value] = pairOf('step', text);
      const [, from = '', step] = /^(.+?)(?::(-?\d+))?$/.exec(value) ?? [];
      return [
        name,
        {
          from: /^-?\d+$/.test(from) ? Number(from) : from,
          ...(step !== undefined && { step: Number(step) }),
        },
      ];
    }),
  );
}

function pairOf(option: string, text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CliError(say('takes_not', { option, example: 'timeout_ms=2000', given: text }), exitCodes.usage);
}

/** Text that is no JSON stands for itself. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
