import { type Command, limitOf, limitOption } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { duration, percent, record, records } from '../output/values.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';

const path = '/api/system/collectors/';

const labelsOf = (labels: unknown) =>
  Object.entries(record(labels))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** How long before the answer something happened. */
const ago = (time: unknown, asOf: unknown) =>
  typeof time === 'string' && typeof asOf === 'string'
    ? say('ago', {
        duration: duration(Math.max(0, Date.parse(asOf) - Date.parse(time)) / 1_000),
      })
    : undefined;

const megabytes = (bytes: unknown) =>
  typeof bytes === 'number' ? `${Math.round(bytes / 1_000_000)} MB` : undefined;

export const collectorLists: readonly Command[] = [
  {
    words: ['collectors', 'list'],
    about: 'collectors_state_last_heartbeat',
    operands: [],
    options: {},
    async run({ api, print }) {
      const { as_of, results } = await api.get<{
        as_of: string;
        results: Readonly<Record<string, unknown>>[];
      }>(path);
      print.table(
        results,
        [
          { head: 'head_collector', cell: ({ id }) => id },
          { head: 'head_state', cell: ({ state }) => valueWord('collector', state) },
          { head: 'head_heartbeat', cell: ({ last_heartbeat_at }) => ago(last_heartbeat_at, as_of) },
          {
            head: 'head_sessions',
            cell: ({ sessions, capacity }) => `${sessions}/${capacity}`,
            align: 'right',
          },
          { head: 'head_devices', cell: ({ devices }) => devices, align: 'right' },
          { head: 'head_values_s', cell: ({ load }) => record(load).values_per_s, align: 'right' },
          { head: 'head_late', cell: ({ load }) => load && percent(record(load).late_share), align: 'right' },
          { head: 'head_cpu', cell: ({ load }) => load && percent(record(load).cpu_share), align: 'right' },
          { head: 'head_memory', cell: ({ load }) => megabytes(record(load).memory_bytes), align: 'right' },
          { head: 'head_version', cell: ({ version }) => version },
          { head: 'head_host', cell: ({ host }) => host },
          { head: 'head_labels', cell: ({ labels }) => labelsOf(labels) },
        ],
        results,
        'there_is_no_collector',
      );
    },
  },
  {
    words: ['collectors', 'moves'],
    about: 'sessions_that_moved_between_collectors',
    operands: [{ name: 'COLLECTOR', isOptional: true }],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list(`${path}moves/`, { collector: input.operands[0] }, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_time', cell: ({ from }) => localTime(from) },
          { head: 'head_why', cell: ({ reason }) => valueWord('holder', reason) },
          { head: 'head_from_whence', cell: ({ former }) => former },
          { head: 'head_to_whither', cell: ({ takers }) => takersOf(takers) },
          { head: 'head_sessions', cell: ({ sessions }) => sessions, align: 'right' },
        ],
        rows,
        'no_session_has_moved',
      );
    },
  },
];

const takersOf = (takers: unknown) =>
  records(takers)
    .map(({ collector_id, sessions }) => `${collector_id} (${sessions})`)
    .join(', ');
