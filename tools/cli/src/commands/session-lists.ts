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
  { head: 'SESSION', cell: ({ id }) => id },
  { head: 'TASK', cell: ({ task_code }) => task_code },
  { head: 'STATUS', cell: ({ status }) => valueWord('session', status) },
  { head: 'VERSION', cell: versionOnLine, align: 'right' },
  { head: 'PLACEMENT', cell: (session) => valueWord('placement', placementOf(session).state) },
  { head: 'COLLECTOR', cell: ({ collector_id }) => collector_id },
  { head: 'EPOCH', cell: ({ epoch }) => epoch, align: 'right' },
  { head: 'STARTED', cell: ({ started_at }) => localTime(started_at) },
  { head: 'FOR', cell: ({ duration_seconds }) => duration(duration_seconds), align: 'right' },
  {
    head: 'WHY',
    cell: (session) => session.error_message ?? placementOf(session).detail ?? session.stop_reason,
  },
];

const window: Readonly<Record<'device' | 'from' | 'to', Option>> = {
  device: { type: 'string', value: 'CODE', about: 'of this device only' },
  from: { type: 'string', value: 'TIME', about: timeForms },
  to: { type: 'string', value: 'TIME', about: 'likewise' },
};

export const sessionLists: readonly Command[] = [
  {
    words: ['sessions', 'list'],
    about: 'Sessions, newest first.',
    example: 'sessions list --active',
    operands: [],
    options: {
      status: {
        type: 'string',
        value: 'STATUS',
        about: 'with one of these statuses (commas between them)',
        choices: statuses,
      },
      task: { type: 'string', value: 'TASK', about: 'of this task (id or code)' },
      active: { type: 'boolean', about: 'running and paused ones' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const status = input.text('status') ?? (input.has('active') ? 'running,paused' : undefined);
      const rows = await api.list(`${sessionsPath}/`, { status, task: input.text('task') }, limitOf(input));
      print.table(rows, columns, rows, 'There is no such session.');
    },
  },
  {
    words: ['sessions', 'show'],
    about: 'One session with its counters and the health of its devices, or as it was at a time.',
    operands: [{ name: 'SESSION' }],
    options: { at: { type: 'string', value: 'TIME', about: `as it was then: ${timeForms}` } },
    async run({ api, print }, input) {
      const path = sessionPath(input.operands[0] ?? '');
      const at = input.time('at');
      const session = at === undefined ? await api.get(`${path}/status/`) : await api.get(`${path}/`, { at });
      const { state, detail } = placementOf(session);
      const { device_health, ...metadata } = record(session.metadata);
      print.fields(session, [
        ['session', session.id],
        ['task', `${session.task_code} (${session.task_id}) ${session.task_name}`],
        ['status', valueWord('session', session.status)],
        ['as of', localTime(session.at)],
        ['error', session.error_message],
        ['next try', localTime(session.next_try_at)],
        ['placement', placementInWords(state, detail)],
        ['collector', session.collector_id],
        ['epoch', session.epoch],
        ['started', localTime(session.started_at)],
        ['stopped', stopInWords(session)],
        ['warned', localTime(session.warned_at)],
        ['soft limit', localTime(session.soft_limit_at)],
        ['hard limit', localTime(session.hard_limit_at)],
        ['for', duration(session.duration_seconds)],
        ['version', versionInWords(session)],
        ['points read', session.points_read],
        ['errors', session.error_count],
        ['last read', localTime(session.last_read_time)],
        ['metadata', Object.keys(metadata).length > 0 ? metadata : undefined],
      ]);
      const devices = Object.entries(record(device_health));
      if (print.asJson || devices.length === 0) return;
      print.line('');
      const health = (device: unknown) => record(device);
      print.table(
        devices,
        [
          { head: 'DEVICE', cell: ([code]) => code },
          { head: 'HEALTH', cell: ([, device]) => valueWord('device', health(device).status) },
          { head: 'FAILURES', cell: ([, device]) => health(device).consecutive_failures, align: 'right' },
          { head: 'LAST SUCCESS', cell: ([, device]) => localTime(health(device).last_success) },
          { head: 'FAILING POINTS', cell: ([, device]) => failingPoints(health(device)) },
          { head: 'LAST ERROR', cell: ([, device]) => health(device).last_error },
        ],
        devices,
        '',
      );
    },
  },
  {
    words: ['sessions', 'events'],
    about: 'What happened to a session, oldest first.',
    operands: [{ name: 'SESSION' }],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list(`${sessionPath(input.operands[0] ?? '')}/events/`, {}, limitOf(input));
      print.table(
        rows,
        [
          { head: 'SEQUENCE', cell: ({ sequence }) => sequence, align: 'right' },
          { head: 'TIME', cell: ({ time }) => localTime(time) },
          { head: 'EVENT', cell: ({ type }) => type },
          { head: 'WHAT', cell: ({ problem, data }) => problem ?? eventInWords(record(data)) },
        ],
        rows,
        'It has no events.',
      );
    },
  },
  {
    words: ['sessions', 'gaps'],
    about:
      'Ticks without a sample, each with its cause, how complete the session is, and points that never give a value.',
    operands: [{ name: 'SESSION' }],
    options: {
      ...window,
      cause: { type: 'string', value: 'CAUSE', about: 'for these causes only (commas between them)' },
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
          { head: 'DEVICE', cell: ({ device }) => device },
          { head: 'CAUSE', cell: ({ cause }) => valueWord('cause', cause) },
          { head: 'FROM', cell: ({ start_time }) => localTime(start_time) },
          { head: 'TO', cell: ({ end_time }) => localTime(end_time) },
          { head: 'TICKS', cell: ({ ticks }) => ticks, align: 'right' },
          originColumn,
          ...whyColumn(),
        ],
        gaps,
        'No gaps.',
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
        say(
          '{{stored}} of {{expected}} ticks stored ({{share}}), {{quarantined}} in quarantine, {{missing}} missing.',
          { stored, expected, quarantined, missing, share: percent(whole.completeness) },
        ),
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
  const counted = say('{{delivered}} of {{expected}} values delivered ({{share}}).', {
    ...{ delivered, expected, share },
  });
  const unknown = say(
    'How many values were delivered is not known: some collector has not said which points it could not read.',
  );
  return [
    values === null ? unknown : counted,
    ...never.slice(0, pointsToldAtMost).map(({ device, point, since, cause }) =>
      say('Never delivered: {{device}} {{point}} since {{time}} ({{cause}})', {
        ...{ device, point, time: localTime(since), cause: valueWord('cause', cause) },
      }),
    ),
    ...(more > 0 ? [say('and {{more}} more points', { more })] : []),
  ];
}

function placementInWords(state: unknown, detail: unknown): unknown {
  if (!state || !detail) return valueWord('placement', state);
  return say('{{what}}: {{detail}}', {
    what: valueWord('placement', state),
    detail,
  });
}

/** The configuration version: `3 (newer)` where a newer one is configured. */
function versionOnLine({ config_version, is_newer_configured }: Item): unknown {
  return is_newer_configured ? say('{{version}} (newer)', { version: config_version }) : config_version;
}

function versionInWords({ config_version, is_newer_configured }: Item): unknown {
  return is_newer_configured
    ? say('{{version}}, a newer one is configured', { version: config_version })
    : config_version;
}

/** When and by whom the session was stopped, and why. */
function stopInWords({ stopped_at, stopped_by, stop_reason }: Item): unknown {
  if (!stopped_at || !stopped_by) return localTime(stopped_at);
  const stopped = say('{{time}} by {{who}}', { time: localTime(stopped_at), who: stopped_by });
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
    .map(({ code, since }) => say('{{code}} since {{time}}', { code, time: localTime(since) }));
  const more = Number(failing_count ?? 0) - points.length;
  return points.join(', ') + (more > 0 ? say(' and {{more}} more', { more }) : '');
}
