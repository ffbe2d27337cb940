import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { connectionOf } from '@holdfast/shared/contracts/http/device-http.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { duration, percentSaid, record, records } from '../output/values.ts';
import { yesOrNo } from '../output/yes-or-no.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { deviceTests } from './device-tests.ts';
import { findItem } from './find-item.ts';

const count = (list: unknown) => (Array.isArray(list) ? list.length : 0);
const texts = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
/** Formats a limit for how long a session of the task may take. */
const durationOf = (task: Item, limit: 'soft_seconds' | 'hard_seconds') => {
  const seconds = record(task.max_duration)[limit];
  return typeof seconds === 'number' ? `${seconds} s (${duration(seconds)})` : undefined;
};
/** `press-1 (7)`: the code, which people know, and the id, which REST takes. */
async function devicesOf(api: ApiClient, { device_ids }: Item): Promise<string[]> {
  const ids = new Set(Array.isArray(device_ids) ? device_ids : []);
  if (ids.size === 0) return [];
  const all = await api.list('/api/config/devices/', {}, Number.POSITIVE_INFINITY);
  return all.filter(({ id }) => ids.has(id)).map(({ code, id }) => `${code} (${id})`);
}

/** Where a device is, and which unit there, by its protocol. */
function placeOf(device: Item): { readonly where: string; readonly unit: string } {
  const spec = specs.get(String(device.protocol));
  try {
    if (spec === undefined) return { where: '', unit: '' };
    const connection = connectionOf(spec, device);
    return { where: spec.endpoint(connection).key, unit: spec.pace(connection).unit };
  } catch {
    // A device stored by another release is listed all the same.
    return { where: [device.host, device.port].filter(Boolean).join(':'), unit: '' };
  }
}

/** The settings of a device that its refusals narrow, by protocol; of a list only the length. */
function settingsOf(device: Item): string {
  const spec = specs.get(String(device.protocol));
  const limits = spec?.learning?.limits(connectionOf(spec, device)) ?? {};
  return Object.entries(limits)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) =>
      Array.isArray(value)
        ? say('{{name}}: {{count}} ranges', { name, count: String(value.length) })
        : `${name} ${String(value)}`,
    )
    .join(', ');
}

export const configurationLists: readonly Command[] = [
  {
    words: ['sites', 'list'],
    about: 'Sites: where devices are, and where roles hold.',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/sites/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'ID', cell: ({ id }) => id, align: 'right' },
          { head: 'SITE', cell: ({ code }) => code },
          { head: 'NAME', cell: ({ name }) => name },
          { head: 'NETWORKS', cell: ({ networks }) => (networks as string[]).join(', ') },
        ],
        rows,
        'There are no sites.',
      );
    },
  },
  {
    words: ['tasks', 'list'],
    about: 'Tasks: what can be acquired.',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/tasks/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'ID', cell: ({ id }) => id, align: 'right' },
          { head: 'TASK', cell: ({ code }) => code },
          { head: 'NAME', cell: ({ name }) => name },
          { head: 'PERIOD', cell: ({ period_ms }) => `${period_ms} ms`, align: 'right' },
          { head: 'DEVICES', cell: ({ device_ids }) => count(device_ids), align: 'right' },
          { head: 'ENABLED', cell: ({ enabled }) => yesOrNo(enabled) },
        ],
        rows,
        'There are no tasks.',
      );
    },
  },
  {
    words: ['tasks', 'show'],
    about: 'One task.',
    operands: [{ name: 'TASK' }],
    options: {},
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const points = count(task.point_ids);
      const devices = print.asJson ? [] : await devicesOf(api, task);
      print.fields(task, [
        ['id', task.id],
        ['task', task.code],
        ['name', task.name],
        ['period', `${task.period_ms} ms`],
        ['enabled', yesOrNo(task.enabled)],
        ['devices', devices.length === 0 ? say('none') : devices.join(', ')],
        ['points', points === 0 ? say('all of the devices') : say('{{points}} chosen ones', { points })],
        ['warns after', durationOf(task, 'soft_seconds')],
        ['stops after', durationOf(task, 'hard_seconds')],
        [
          'labels',
          Object.entries(record(task.required_labels))
            .map(([key, value]) => `${key}=${value}`)
            .join(', '),
        ],
      ]);
    },
  },
  {
    words: ['tasks', 'plan'],
    about:
      'Whether a task can keep its period: how long reading takes on each endpoint, from measured round trips if there are any, together with the tasks that run there now. Exit code 1 if not.',
    operands: [{ name: 'TASK' }],
    options: {
      'round-trip-ms': { type: 'string', value: 'N', about: 'of a TCP request' },
      'turnaround-ms': { type: 'string', value: 'N', about: 'of a device on a serial line' },
    },
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const plan = await api.post(`/api/config/tasks/${task.id}/plan/`, {
        round_trip_ms: input.integer('round-trip-ms', 1),
        turnaround_ms: input.integer('turnaround-ms', 0),
      });
      const endpoints = records(plan.endpoints);
      print.table(
        plan,
        [
          { head: 'ENDPOINT', cell: ({ endpoint }) => endpoint },
          { head: 'VERDICT', cell: ({ verdict }) => valueWord('verdict', verdict) },
          {
            head: 'BUSY',
            cell: ({ busy_share }) => percentSaid(Math.ceil(Number(busy_share) * 100)),
            align: 'right',
          },
          { head: 'DEVICES', cell: ({ devices }) => count(devices), align: 'right' },
          { head: 'WHY', cell: ({ detail }) => detail },
        ],
        endpoints,
        'It reads nothing.',
      );
      if (!print.asJson) {
        print.line('');
        print.report(
          plan,
          say('{{what}}: {{detail}}', { what: valueWord('verdict', plan.verdict), detail: plan.detail }),
        );
        for (const device of endpoints.flatMap(({ devices }) => records(devices))) {
          for (const { point, reason } of records(device.unreadable)) {
            const unread = { device: device.device, point, reason };
            print.report(plan, say('not readable: {{device}} {{point}}: {{reason}}', unread));
          }
        }
      }
      return plan.verdict === 'cannot_hold' ? exitCodes.refused : exitCodes.ok;
    },
  },
  {
    words: ['devices', 'list'],
    about: 'Devices and where they are.',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/devices/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'ID', cell: ({ id }) => id, align: 'right' },
          { head: 'DEVICE', cell: ({ code }) => code },
          { head: 'NAME', cell: ({ name }) => name },
          { head: 'PROTOCOL', cell: ({ protocol }) => protocol },
          { head: 'WHERE', cell: (device) => placeOf(device).where },
          { head: 'UNIT#on the line', cell: (device) => placeOf(device).unit, align: 'right' },
          { head: 'ENABLED', cell: ({ enabled }) => yesOrNo(enabled) },
        ],
        rows,
        'There are no devices.',
      );
    },
  },
  {
    words: ['devices', 'apply-learned-limits'],
    about:
      'Stores the limits that the running session has learned from refusals of a device in its configuration.',
    operands: [{ name: 'DEVICE' }],
    options: {
      unconfirmed: { type: 'boolean', about: 'also ranges that were refused once only' },
    },
    async run({ api, print }, input) {
      const device = await findItem(api, 'device', input.operands[0] ?? '');
      const unconfirmed = input.has('unconfirmed');
      const applied = await api.post(`/api/config/devices/${device.id}/apply-learned-limits/`, {
        unconfirmed,
      });
      const limits = settingsOf(record(applied.device));
      const about = { device: device.code, limits };
      print.report(
        applied,
        applied.changed
          ? say('{{device}} has now: {{limits}}', about)
          : say('{{device}} had already: {{limits}}', about),
      );
      return exitCodes.ok;
    },
  },
  {
    words: ['devices', 'forget-learned-limits'],
    about: 'Removes learned limits from a device, and lets the running session request everything again.',
    operands: [{ name: 'DEVICE' }],
    options: {},
    async run({ api, print }, input) {
      const device = await findItem(api, 'device', input.operands[0] ?? '');
      const forgotten = await api.post(`/api/config/devices/${device.id}/forget-learned-limits/`);
      const [sessions, silent] = [texts(forgotten.sessions), texts(forgotten.not_reached)];
      const sessionNote =
        sessions.length > 0
          ? say('asked for again by {{sessions}}', { sessions: sessions.join(', ') })
          : say('no session reads it');
      const missed =
        silent.length > 0 ? say('; {{collectors}} gave no answer', { collectors: silent.join(', ') }) : '';
      const profile = forgotten.changed
        ? say('learned ranges are out of its profile')
        : say('its profile had none');
      const about = { device: device.code, profile, asked: sessionNote, missed };
      print.report(forgotten, say('{{device}}: {{profile}}; {{asked}}{{missed}}', about));
      return silent.length > 0 ? exitCodes.refused : exitCodes.ok;
    },
  },
  ...deviceTests,
];
