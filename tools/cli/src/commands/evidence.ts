import type { ApiClient, Item, Query } from '@holdfast/api-client/api-client.ts';
import { type Command, type Input, limitOf, limitOption, type Option } from '../command.ts';
import { localTime } from '../output/local-time.ts';
import { originColumn, traceOption } from '../output/origin-column.ts';
import { plainText } from '../output/plain-text.ts';
import type { Printer } from '../output/printer.ts';
import { saveDownload } from '../output/save-download.ts';
import { percent, record, records } from '../output/values.ts';
import { whyColumn } from '../output/why-column.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { csvForm, csvOptions, outputOption } from './csv-options.ts';

const path = '/api/acquisition';

const within: Readonly<Record<'from' | 'to' | 'session' | 'task' | 'site', Option>> = {
  from: { type: 'string', value: 'TIME', about: 'time_forms_24_h_before_to' },
  to: { type: 'string', value: 'TIME', about: 'likewise_now_unless_set' },
  session: { type: 'string', value: 'SESSION', about: 'of_this_session_only' },
  task: { type: 'string', value: 'TASK', about: 'of_this_task_id_or_code' },
  site: { type: 'string', value: 'SITE', about: 'with_devices_at_this_site_code' },
};

const queryOf = (input: Input) => ({
  ...{ from: input.time('from'), to: input.time('to') },
  ...{ session: input.text('session'), task: input.text('task'), site: input.text('site') },
});

/** Evidence over all sessions: who held them, which values are there, which are not. */
export const evidence: readonly Command[] = [
  {
    words: ['ownership'],
    about: 'who_held_which_session',
    operands: [],
    options: {
      ...within,
      collector: { type: 'string', value: 'COLLECTOR', about: 'sessions_that_it_has_ever_held' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const query = { ...queryOf(input), collector: input.text('collector') };
      const rows = await allOf(api, print, `${path}/ownership/`, query, limitOf(input));
      const spans = rows.flatMap((row) => records(row.spans).map((span) => ({ ...row, ...span })));
      print.table<Item>(
        rows,
        [
          { head: 'head_session', cell: ({ session_id }) => session_id },
          { head: 'head_task', cell: ({ task_code }) => task_code },
          { head: 'head_collector', cell: ({ collector_id }) => collector_id },
          { head: 'head_holder', cell: ({ nth }) => nth, align: 'right' },
          { head: 'head_epoch', cell: ({ epoch }) => epoch, align: 'right' },
          { head: 'head_why', cell: ({ reason }) => valueWord('holder', reason) },
          { head: 'head_from', cell: ({ from }) => localTime(from) },
          { head: 'head_to', cell: ({ to }) => (to === null ? say('now') : localTime(to)) },
          { head: 'head_first_sample', cell: ({ first_sample }) => localTime(first_sample) },
          { head: 'head_last_sample', cell: ({ last_sample }) => localTime(last_sample) },
          { head: 'head_lost_by_it', cell: ({ missing_before }) => missing_before, align: 'right' },
          { head: 'head_read_twice', cell: ({ read_twice }) => record(read_twice).ticks, align: 'right' },
        ],
        spans,
        'nobody_held_anything_in_that_time',
      );
    },
  },
  {
    words: ['completeness'],
    about: 'completeness_of_all_sessions_or_devices',
    operands: [],
    options: {
      ...within,
      by: {
        type: 'string',
        value: 'FIELD',
        about: 'group_by_session_default_or_device',
        choices: ['session', 'device'],
      },
      device: { type: 'string', value: 'CODE', about: 'of_this_device_only' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const query = { ...queryOf(input), by: input.text('by'), device: input.text('device') };
      const rows = await allOf(api, print, `${path}/completeness/`, query, limitOf(input));
      const counts = (row: Item) => record(row.counts);
      print.table(
        rows,
        [
          { head: 'head_session', cell: ({ session_id }) => session_id },
          { head: 'head_task', cell: ({ task_code }) => task_code },
          { head: 'head_device', cell: ({ device }) => device },
          { head: 'head_expected', cell: (row) => counts(row).expected, align: 'right' },
          { head: 'head_stored', cell: (row) => counts(row).stored, align: 'right' },
          { head: 'head_quarantined', cell: (row) => counts(row).quarantined, align: 'right' },
          { head: 'head_missing', cell: (row) => counts(row).missing, align: 'right' },
          { head: 'head_complete', cell: (row) => percent(counts(row).completeness), align: 'right' },
          { head: 'head_values', cell: ({ values }) => shareOfValues(values), align: 'right' },
          { head: 'head_never_delivered', cell: ({ never_delivered }) => never_delivered, align: 'right' },
          { head: 'head_why', cell: (row) => causesInWords(counts(row).missing_by_cause) },
        ],
        rows,
        'nothing_was_due_in_that_time',
      );
    },
  },
  {
    words: ['gaps'],
    about: 'gaps_of_all_sessions_and_why',
    operands: [],
    options: {
      ...within,
      device: { type: 'string', value: 'CODE', about: 'of_this_device_only' },
      cause: { type: 'string', value: 'CAUSE', about: 'for_these_causes_only_commas_between' },
      ...traceOption,
      ...limitOption,
    },
    async run({ api, print }, input) {
      const of = { device: input.text('device'), cause: input.text('cause'), trace: input.text('trace') };
      const query = { ...queryOf(input), ...of };
      const gaps = await allOf(api, print, `${path}/gaps/`, query, limitOf(input));
      print.table(
        gaps,
        [
          { head: 'head_session', cell: ({ session_id }) => session_id },
          { head: 'head_task', cell: ({ task_code }) => task_code },
          {
            head: 'head_devices',
            cell: ({ devices, device_count }) => devicesInWords(devices, device_count),
          },
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
    },
  },
  {
    words: ['report'],
    about: 'a_report_as_csv',
    operands: [],
    options: {
      ...within,
      split: {
        type: 'string',
        value: 'PARTS',
        about: 'a_line_for_each_day',
        choices: ['none', 'day', 'shift'],
      },
      title: { type: 'string', value: 'TEXT', about: 'name_of_the_batch_or_order' },
      ...csvOptions,
      output: outputOption,
    },
    async run({ api, print }, input) {
      const query = { ...queryOf(input), split: input.text('split'), title: input.text('title') };
      const { body } = await api.open(`${path}/report/csv/`, { ...query, ...csvForm(input) }, {});
      if (body) await saveDownload({ print }, body, input.text('output'));
    },
  },
];

/** The items of all pages; a part that the API could not ask is noted once. */
async function allOf(
  api: ApiClient,
  print: Printer,
  where: string,
  query: Query,
  atMost: number,
): Promise<Item[]> {
  const lacking = new Set<string>();
  const items = await api.list(where, query, atMost, ({ not_asked }) => {
    for (const { detail } of records(not_asked)) lacking.add(plainText(String(detail)));
  });
  for (const detail of lacking) print.note(detail);
  return items;
}

/** The share of due values that the points gave. */
function shareOfValues(values: unknown): unknown {
  const { expected, delivered } = record(values);
  return Number(expected) > 0 ? percent(Number(delivered) / Number(expected)) : null;
}

function causesInWords(byCause: unknown): string {
  return Object.entries(record(byCause))
    .map(([cause, ticks]) => `${valueWord('cause', cause)} ${ticks}`)
    .join(', ');
}

const devicesNamed = 3;

function devicesInWords(devices: unknown, count: unknown): string {
  const codes = Array.isArray(devices) ? devices.map(String) : [];
  const more = Number(count) - Math.min(devicesNamed, codes.length);
  return codes.slice(0, devicesNamed).join(', ') + (more > 0 ? say('and_more', { more }) : '');
}
