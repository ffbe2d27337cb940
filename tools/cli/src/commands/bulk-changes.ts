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
    about: 'the value of a field, text or JSON; may be given several times',
    multiple: true,
  },
};
const code: Readonly<Record<'code', Option>> = {
  code: { type: 'string', value: 'CODE', about: 'with this code; * stands for any characters' },
};
const site: Readonly<Record<'site', Option>> = {
  site: { type: 'string', value: 'SITE', about: 'at this site' },
};
const task: Readonly<Record<'task', Option>> = {
  task: { type: 'string', value: 'TASK', about: 'of devices that this task reads' },
};
const ofDevice: Readonly<Record<'device', Option>> = {
  device: { type: 'string', value: 'DEVICE', about: 'of this device' },
};
const cascade: Readonly<Record<'cascade', Option>> = {
  cascade: { type: 'boolean', about: 'also delete their points, and remove them from tasks that read them' },
};
const devices = { ...code, ...site, ...task };
const points = { ...ofDevice, ...code, ...site, ...task };

export const bulkChanges: readonly Command[] = [
  {
    words: ['devices', 'copy'],
    about:
      'Copies a device with its points: codes are numbered by {n}, addresses and unit ids by steps. All or none.',
    example:
      'devices copy press-1 --count 20 --code "press-{n:02}" --first 2 --step host=10.0.0.11 --task presses',
    operands: [{ name: 'DEVICE' }],
    options: {
      count: { type: 'string', value: 'N', about: 'number of copies (default 1)' },
      code: { type: 'string', value: 'CODE', about: 'of the copies, with {n} or {n:02} for the number' },
      name: { type: 'string', value: 'NAME', about: 'likewise; that of the device unless set' },
      first: { type: 'string', value: 'N', about: 'number of the first copy (default 1)' },
      step: {
        type: 'string',
        value: 'FIELD=FROM[:STEP]',
        about: 'a field that goes up: host=10.0.0.11, unit_id=2:1; may be given several times',
        multiple: true,
      },
      ...set,
      task: {
        type: 'string',
        value: 'TASK',
        about: 'reads the copies too; may be given several times',
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
  ...edits('devices', 'Gives many devices the same fields. All or none.', devices),
  ...edits('points', 'Gives many points the same fields. All or none.', points),
  ...deletions('devices', 'Deletes many devices. All or none.', { ...devices, ...cascade }),
  ...deletions('points', 'Deletes many points. All or none.', {
    ...points,
    cascade: { type: 'boolean', about: 'also remove them from tasks that select them' },
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
  throw new CliError(say('Say which: {{example}}', { example: "--code 'press-*'" }), exitCodes.usage);
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
  throw new CliError(
    say('--{{option}} takes {{example}}, not {{given}}', { option, example: 'timeout_ms=2000', given: text }),
    exitCodes.usage,
  );
}

/** Text that is no JSON stands for itself. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
