import type { Item } from '@holdfast/api-client/api-client.ts';
import { type Command, limitOf, limitOption, type Option, timeForms } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { originColumn, traceOption } from '../output/origin-column.ts';
import { plainText } from '../output/plain-text.ts';
import type { Column } from '../output/table.ts';
import { duration, percent, record, records } from '../output/values.ts';
import { whyColumn } from '../output/why-column.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';

const statuses = ['running', 'paused', 'stopped', 'error'] as const;
export const sessionsPath = '/api/acquisition/sessions';
export const sessionPath = (id: string) => `${sessionsPath}/${encodeURIComponent(id)}`;

const placementOf = (session: Item) => record(session.placement);

const columns: readonly Column<Item>[] = [
  { head: 'head_session', cell: ({ id }) => id },
  { head: 'head_task', cell: ({ task_code }) => task_code },
  { head: 'head_status', cell: ({ status }) => valueWord('session', status) },
  { head: 'head_version', cell: versionOnLine, align: 'right' },
  { head: 'head_placement', cell: (session) => valueWord('placement', placementOf(session).state) },
  { head: 'head_collector', cell: ({ collector_id }) => collector_id },
  { head: 'head_epoch', cell: ({ epoch }) => epoch, align: 'right' },
  { head: 'head_started', cell: ({ started_at }) => localTime(started_at) },
  { head: 'head_for', cell: ({ duration_seconds }) => duration(duration_seconds), align: 'right' },
  {
    head: 'head_why',
    cell: (session) => session.error_message ?? placementOf(session).detail ?? session.stop_reason,
  },
];

const window: Readonly<Record<'device' | 'from' | 'to', Option>> = {
  device: { type: 'string', value: 'CODE', about: 'of_this_device_only' },
  from: { type: 'string', value: 'TIME', about: timeForms },
  to: { type: 'string', value: 'TIME', about: 'likewise' },
};

export const sessionLists: readonly Command[] = [
  {
    words: ['sessions', 'list'],
    about: 'sessions_newest_first',
    example: 'sessions list --active',
    operands: [],
    options: {
      status: {
        type: 'string',
        value: 'STATUS',
        about: 'with_one_of_these_statuses_commas',
        choices: statuses,
      },
      task: { type: 'string', value: 'TASK', about: 'of_this_task_id_or_code' },
      active: { type: 'boolean', about: 'running_and_paused_ones' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const status = input.text('status') ?? (input.has('active') ? 'running,paused' : undefined);
      const rows = await api.list(`${sessionsPath}/`, { status, task: input.text('task') }, limitOf(input));
      print.table(rows, columns, rows, 'there_is_no_such_session');
    },
  },
  {
    words: ['sessions', 'show'],
    about: 'one_session_with_its_counters',
    operands: [{ name: 'SESSION' }],
    options: { at: { type: 'string', value: 'TIME', about: 'time_forms_as_it_was_then' } },
    async run({ api, print }, input) {
      const path = sessionPath(input.operands[0] ?? '');
      const at = input.time('at');
      const session = at === undefined ? await api.get(`${path}/status/`) : await api.get(`${path}/`, { at });
      const { state, detail } = placementOf(session);
      const { device_health, ...metadata } = record(session.metadata);
      print.fields(session, [
        ['field_session', session.id],
        ['field_task', `${session.task_code} (${session.task_id}) ${session.task_name}`],
        ['field_status', valueWord('session', session.status)],
        ['field_as_of', localTime(session.at)],
        ['field_error', session.error_message],
        ['field_next_try', localTime(session.next_try_at)],
        ['field_placement', placementInWords(state, detail)],
        ['field_collector', session.collector_id],
        ['field_epoch', session.epoch],
        ['field_started', localTime(session.started_at)],
        ['field_stopped', stopInWords(session)],
        ['field_warned', localTime(session.warned_at)],
        ['field_soft_limit', localTime(session.soft_limit_at)],
        ['field_hard_limit', localTime(session.hard_limit_at)],
        ['field_for', duration(session.duration_seconds)],
        ['field_version', versionInWords(session)],
        ['field_points_read', session.points_read],
        ['field_errors', session.error_count],
        ['field_last_read', localTime(session.last_read_time)],
        ['field_metadata', Object.keys(metadata).length > 0 ? metadata : undefined],
      ]);
      const devices = Object.entries(record(device_health));
      if (print.asJson || devices.length === 0) return;
      print.line('');
      const health = (device: unknown) => record(device);
      print.table(
        devices,
        [
          { head: 'head_device', cell: ([code]) => code },
          { head: 'head_health', cell: ([, device]) => valueWord('device', health(device).status) },
          {
            head: 'head_failures',
            cell: ([, device]) => health(device).consecutive_failures,
            align: 'right',
          },
          { head: 'head_last_success', cell: ([, device]) => localTime(health(device).last_success) },
          { head: 'head_failing_points', cell: ([, device]) => failingPoints(health(device)) },
          { head: 'head_last_error', cell: ([, device]) => health(device).last_error },
        ],
        devices,
        '',
      );
    },
  },
  {
    words: ['sessions', 'events'],
    about: 'what_happened_to_a_session_oldest',
    operands: [{ name: 'SESSION' }],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list(`${sessionPath(input.operands[0] ?? '')}/events/`, {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_sequence', cell: ({ sequence }) => sequence, align: 'right' },
          { head: 'head_time', cell: ({ time }) => localTime(time) },
          { head: 'head_event', cell: ({ type }) => type },
          { head: 'head_what', cell: ({ problem, data }) => problem ?? eventInWords(record(data)) },
        ],
        rows,
        'it_has_no_events',
      );
    },
  },
  {
    words: ['sessions', 'gaps'],
    about: 'ticks_without_a_sample_each',
    operands: [{ name: 'SESSION' }],
    options: {
      ...window,
      cause: { type: 'string', value: 'CAUSE', about: 'for_these_causes_only_commas_between' },
      ...traceOption,
      ...limitOption,
    },
    async run({ api, print }, input) {
      const path = sessionPath(input.operands[0] ?? '');
      const range = { device: input.text('device'), from: input.time('from'), to: input.time('to') };
      const lacking = new Set<string>();
      const noteLacking = ({ not_asked }: Item) => {
        for (const { detail } of records(not_asked)) lacking.add(plainText(String(detail)));
      };
      const query = { ...range, cause: input.text('cause'), trace: input.text('trace') };
      const gaps = await api.list(`${path}/gaps/`, query, limitOf(input), noteLacking);
      print.table(
        gaps,
        [
          { head: 'head_device', cell: ({ device }) => device },
          { head: 'head_cause', cell: ({ cause }) => valueWord('cause', cause) },
          { head: 'head_from', cell: ({ start_time }) => localTime(start_time) },
          { head: 'head_to', cell: ({ end_time }) => localTime(end_time) },
          { head: 'head_ticks', cell: ({ ticks }) => ticks, align: 'right' },
          originColumn,
          ...whyColumn(),
        ],
        gaps,
        'no_gaps',
      );
      if (print.asJson) {
        for (const detail of lacking) print.note(detail);
        return;
      }
      const whole = await api.get(`${path}/completeness/`, range);
      noteLacking(whole);
      const { stored, expected, quarantined, missing } = whole;
      print.line('');
      print.line(
        say('of_ticks_stored_in_quarantine_missing', {
          stored,
          expected,
          quarantined,
          missing,
          share: percent(whole.completeness),
        }),
      );
      for (const line of valuesInWords(whole)) print.line(line);
      for (const detail of lacking) print.note(detail);
    },
  },
];

const pointsToldAtMost = 10;

/** How many values the points gave, and which of them gave none. */
function valuesInWords({ values, never_delivered, never_delivered_count }: Item): string[] {
  const never = records(never_delivered);
  const more = Number(never_delivered_count ?? 0) - Math.min(pointsToldAtMost, never.length);
  const { delivered, expected } = record(values);
  const share = percent(Number(expected) > 0 ? Number(delivered) / Number(expected) : null);
  const counted = say('of_values_delivered', {
    ...{ delivered, expected, share },
  });
  const unknown = say('how_many_values_were_delivered');
  return [
    values === null ? unknown : counted,
    ...never.slice(0, pointsToldAtMost).map(({ device, point, since, cause }) =>
      say('never_delivered_since', {
        ...{ device, point, time: localTime(since), cause: valueWord('cause', cause) },
      }),
    ),
    ...(more > 0 ? [say('and_more_points', { more })] : []),
  ];
}

function placementInWords(state: unknown, detail: unknown): unknown {
  if (!state || !detail) return valueWord('placement', state);
  return say('what_detail', {
    what: valueWord('placement', state),
    detail,
  });
}

/** The configuration version: `3 (newer)` where a newer one is configured. */
function versionOnLine({ config_version, is_newer_configured }: Item): unknown {
  return is_newer_configured ? say('newer_version', { version: config_version }) : config_version;
}

function versionInWords({ config_version, is_newer_configured }: Item): unknown {
  return is_newer_configured ? say('a_newer_one_is_configured', { version: config_version }) : config_version;
}

/** When and by whom the session was stopped, and why. */
function stopInWords({ stopped_at, stopped_by, stop_reason }: Item): unknown {
  if (!stopped_at || !stopped_by) return localTime(stopped_at);
  const stopped = say('time_by', { time: localTime(stopped_at), who: stopped_by });
  return [stopped, stop_reason].filter(Boolean).join(': ');
}

const saidAlready = new Set(['session_id', 'task_id', 'schema_version', 'started_at']);

/** Data of an event on one line, without the fields that all events share. */
function eventInWords(data: Item): string {
  return Object.entries(data)
    .filter(([name]) => !saidAlready.has(name))
    .filter(([, value]) => value !== null && value !== '' && typeof value !== 'object')
    .filter(([name, value]) => name !== 'refusals' || value !== 0)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

const pointsNamed = 3;

/** `flow since 2026-11-27 03:12:00, level since … and 4 more` */
function failingPoints({ failing_points, failing_count }: Record<string, unknown>): string {
  const points = records(failing_points)
    .slice(0, pointsNamed)
    .map(({ code, since }) => say('since', { code, time: localTime(since) }));
  const more = Number(failing_count ?? 0) - points.length;
  return points.join(', ') + (more > 0 ? say('and_more', { more }) : '');
}
