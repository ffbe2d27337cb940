import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { connectionOf } from '@holdfast/shared/contracts/http/device-http.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { duration, percentText, record, records } from '../output/values.ts';
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
    // A device stored by another release is listed anyway.
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
        ? say('ranges', { name, count: String(value.length) })
        : `${name} ${String(value)}`,
    )
    .join(', ');
}

export const configurationLists: readonly Command[] = [
  {
    words: ['sites', 'list'],
    about: 'sites_where_devices_are_and_where',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/sites/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_id', cell: ({ id }) => id, align: 'right' },
          { head: 'head_site', cell: ({ code }) => code },
          { head: 'head_name', cell: ({ name }) => name },
          { head: 'head_networks', cell: ({ networks }) => (networks as string[]).join(', ') },
        ],
        rows,
        'there_are_no_sites',
      );
    },
  },
  {
    words: ['tasks', 'list'],
    about: 'tasks_what_can_be_acquired',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/tasks/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_id', cell: ({ id }) => id, align: 'right' },
          { head: 'head_task', cell: ({ code }) => code },
          { head: 'head_name', cell: ({ name }) => name },
          { head: 'head_period', cell: ({ period_ms }) => `${period_ms} ms`, align: 'right' },
          { head: 'head_devices', cell: ({ device_ids }) => count(device_ids), align: 'right' },
          { head: 'head_enabled', cell: ({ enabled }) => yesOrNo(enabled) },
        ],
        rows,
        'there_are_no_tasks',
      );
    },
  },
  {
    words: ['tasks', 'show'],
    about: 'one_task',
    operands: [{ name: 'TASK' }],
    options: {},
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const points = count(task.point_ids);
      const devices = print.asJson ? [] : await devicesOf(api, task);
      print.fields(task, [
        ['field_id', task.id],
        ['field_task', task.code],
        ['field_name', task.name],
        ['field_period', `${task.period_ms} ms`],
        ['field_enabled', yesOrNo(task.enabled)],
        ['field_devices', devices.length === 0 ? say('none') : devices.join(', ')],
        ['field_points', points === 0 ? say('all_of_the_devices') : say('chosen_ones', { points })],
        ['field_warns_after', durationOf(task, 'soft_seconds')],
        ['field_stops_after', durationOf(task, 'hard_seconds')],
        [
          'field_labels',
          Object.entries(record(task.required_labels))
            .map(([key, value]) => `${key}=${value}`)
            .join(', '),
        ],
      ]);
    },
  },
  {
    words: ['tasks', 'plan'],
    about: 'whether_a_task_can_keep',
    operands: [{ name: 'TASK' }],
    options: {
      'round-trip-ms': { type: 'string', value: 'N', about: 'of_a_tcp_request' },
      'turnaround-ms': { type: 'string', value: 'N', about: 'of_a_device_on_a_serial' },
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
          { head: 'head_endpoint', cell: ({ endpoint }) => endpoint },
          { head: 'head_verdict', cell: ({ verdict }) => valueWord('verdict', verdict) },
          {
            head: 'head_busy',
            cell: ({ busy_share }) => percentText(Math.ceil(Number(busy_share) * 100)),
            align: 'right',
          },
          { head: 'head_devices', cell: ({ devices }) => count(devices), align: 'right' },
          { head: 'head_why', cell: ({ detail }) => detail },
        ],
        endpoints,
        'it_reads_nothing',
      );
      if (!print.asJson) {
        print.line('');
        print.report(
          plan,
          say('what_detail', { what: valueWord('verdict', plan.verdict), detail: plan.detail }),
        );
        for (const device of endpoints.flatMap(({ devices }) => records(devices))) {
          for (const { point, reason } of records(device.unreadable)) {
            const unread = { device: device.device, point, reason };
            print.report(plan, say('not_readable', unread));
          }
        }
      }
      return plan.verdict === 'cannot_hold' ? exitCodes.refused : exitCodes.ok;
    },
  },
  {
    words: ['devices', 'list'],
    about: 'devices_and_where_they',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list('/api/config/devices/', {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_id', cell: ({ id }) => id, align: 'right' },
          { head: 'head_device', cell: ({ code }) => code },
          { head: 'head_name', cell: ({ name }) => name },
          { head: 'head_protocol', cell: ({ protocol }) => protocol },
          { head: 'head_where', cell: (device) => placeOf(device).where },
          { head: 'head_unit_on_the_line', cell: (device) => placeOf(device).unit, align: 'right' },
          { head: 'head_enabled', cell: ({ enabled }) => yesOrNo(enabled) },
        ],
        rows,
        'there_are_no_devices',
      );
    },
  },
  {
    words: ['devices', 'apply-learned-limits'],
    about: 'stores_the_limits_that_the_running',
    operands: [{ name: 'DEVICE' }],
    options: {
      unconfirmed: { type: 'boolean', about: 'also_ranges_that_were_refused_once' },
    },
    async run({ api, print }, input) {
      const device = await findItem(api, 'device', input.operands[0] ?? '');
      const unconfirmed = input.has('unconfirmed');
      const applied = await api.post(`/api/config/devices/${device.id}/apply-learned-limits/`, {
        unconfirmed,
      });
      const limits = settingsOf(record(applied.device));
      const about = { device: device.code, limits };
      print.report(applied, applied.changed ? say('has_now', about) : say('had_already', about));
      return exitCodes.ok;
    },
  },
  {
    words: ['devices', 'forget-learned-limits'],
    about: 'removes_learned_limits_from_a_device',
    operands: [{ name: 'DEVICE' }],
    options: {},
    async run({ api, print }, input) {
      const device = await findItem(api, 'device', input.operands[0] ?? '');
      const forgotten = await api.post(`/api/config/devices/${device.id}/forget-learned-limits/`);
      const [sessions, silent] = [texts(forgotten.sessions), texts(forgotten.not_reached)];
      const sessionNote =
        sessions.length > 0
          ? say('asked_for_again', { sessions: sessions.join(', ') })
          : say('no_session_reads');
      const missed = silent.length > 0 ? say('gave_no_answer', { collectors: silent.join(', ') }) : '';
      const profile = forgotten.changed ? say('learned_ranges_are_out') : say('its_profile_had_none');
      const about = { device: device.code, profile, asked: sessionNote, missed };
      print.report(forgotten, say('device_profile_asked_missed', about));
      return silent.length > 0 ? exitCodes.refused : exitCodes.ok;
    },
  },
  ...deviceTests,
];
