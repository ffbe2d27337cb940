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
    ? say('{{duration}} ago', {
        duration: duration(Math.max(0, Date.parse(asOf) - Date.parse(time)) / 1_000),
      })
    : undefined;

const megabytes = (bytes: unknown) =>
  typeof bytes === 'number' ? `${Math.round(bytes / 1_000_000)} MB` : undefined;

export const collectorLists: readonly Command[] = [
  {
    words: ['collectors', 'list'],
    about: 'Collectors: state, last heartbeat, what each holds, how busy it is.',
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
          { head: 'COLLECTOR', cell: ({ id }) => id },
          { head: 'STATE', cell: ({ state }) => valueWord('collector', state) },
          { head: 'HEARTBEAT', cell: ({ last_heartbeat_at }) => ago(last_heartbeat_at, as_of) },
          { head: 'SESSIONS', cell: ({ sessions, capacity }) => `${sessions}/${capacity}`, align: 'right' },
          { head: 'DEVICES', cell: ({ devices }) => devices, align: 'right' },
          { head: 'VALUES/S', cell: ({ load }) => record(load).values_per_s, align: 'right' },
          { head: 'LATE', cell: ({ load }) => load && percent(record(load).late_share), align: 'right' },
          { head: 'CPU', cell: ({ load }) => load && percent(record(load).cpu_share), align: 'right' },
          { head: 'MEMORY', cell: ({ load }) => megabytes(record(load).memory_bytes), align: 'right' },
          { head: 'VERSION', cell: ({ version }) => version },
          { head: 'HOST', cell: ({ host }) => host },
          { head: 'LABELS', cell: ({ labels }) => labelsOf(labels) },
        ],
        results,
        'There is no collector.',
      );
    },
  },
  {
    words: ['collectors', 'moves'],
    about: 'Sessions that moved between collectors, and why, newest first.',
    operands: [{ name: 'COLLECTOR', isOptional: true }],
    options: limitOption,
    async run({ api, print }, input) {
      const rows = await api.list(`${path}moves/`, { collector: input.operands[0] }, limitOf(input));
      print.table(
        rows,
        [
          { head: 'TIME', cell: ({ from }) => localTime(from) },
          { head: 'WHY', cell: ({ reason }) => valueWord('holder', reason) },
          { head: 'FROM#whence', cell: ({ former }) => former },
          { head: 'TO#whither', cell: ({ takers }) => takersOf(takers) },
          { head: 'SESSIONS', cell: ({ sessions }) => sessions, align: 'right' },
        ],
        rows,
        'No session has moved.',
      );
    },
  },
];

const takersOf = (takers: unknown) =>
  records(takers)
    .map(({ collector_id, sessions }) => `${collector_id} (${sessions})`)
    .join(', ');
