import type { ApiClient, Item, Query } from '@holdfast/api-client/api-client.ts';
import { type Command, type Input, limitOf, limitOption, type Option, timeForms } from '../command.ts';
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
  from: { type: 'string', value: 'TIME', about: `${timeForms}; 24 h before --to unless set` },
  to: { type: 'string', value: 'TIME', about: 'likewise; now unless set' },
  session: { type: 'string', value: 'SESSION', about: 'of this session only' },
  task: { type: 'string', value: 'TASK', about: 'of this task (id or code)' },
  site: { type: 'string', value: 'SITE', about: 'with devices at this site (code)' },
};

const queryOf = (input: Input) => ({
  ...{ from: input.time('from'), to: input.time('to') },
  ...{ session: input.text('session'), task: input.text('task'), site: input.text('site') },
});

/** Evidence over all sessions: who held them, which values are there, which are not. */
export const evidence: readonly Command[] = [
  {
    words: ['ownership'],
    about: 'Who held which session when, and what each change of holder cost.',
    operands: [],
    options: {
      ...within,
      collector: { type: 'string', value: 'COLLECTOR', about: 'sessions that it has ever held' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const query = { ...queryOf(input), collector: input.text('collector') };
      const rows = await allOf(api, print, `${path}/ownership/`, query, limitOf(input));
      const spans = rows.flatMap((row) => records(row.spans).map((span) => ({ ...row, ...span })));
      print.table<Item>(
        rows,
        [
          { head: 'SESSION', cell: ({ session_id }) => session_id },
          { head: 'TASK', cell: ({ task_code }) => task_code },
          { head: 'COLLECTOR', cell: ({ collector_id }) => collector_id },
          { head: 'HOLDER', cell: ({ nth }) => nth, align: 'right' },
          { head: 'EPOCH', cell: ({ epoch }) => epoch, align: 'right' },
          { head: 'WHY', cell: ({ reason }) => valueWord('holder', reason) },
          { head: 'FROM', cell: ({ from }) => localTime(from) },
          { head: 'TO', cell: ({ to }) => (to === null ? say('now') : localTime(to)) },
          { head: 'FIRST SAMPLE', cell: ({ first_sample }) => localTime(first_sample) },
          { head: 'LAST SAMPLE', cell: ({ last_sample }) => localTime(last_sample) },
          { head: 'LOST BY IT', cell: ({ missing_before }) => missing_before, align: 'right' },
          { head: 'READ TWICE', cell: ({ read_twice }) => record(read_twice).ticks, align: 'right' },
        ],
        spans,
        'Nobody held anything in that time.',
      );
    },
  },
  {
    words: ['completeness'],
    about:
      'Completeness of all sessions or devices: ticks due, stored and missing by cause, and values of points.',
    operands: [],
    options: {
      ...within,
      by: {
        type: 'string',
        value: 'FIELD',
        about: 'group by session (default) or device',
        choices: ['session', 'device'],
      },
      device: { type: 'string', value: 'CODE', about: 'of this device only' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const query = { ...queryOf(input), by: input.text('by'), device: input.text('device') };
      const rows = await allOf(api, print, `${path}/completeness/`, query, limitOf(input));
      const counts = (row: Item) => record(row.counts);
      print.table(
        rows,
        [
          { head: 'SESSION', cell: ({ session_id }) => session_id },
          { head: 'TASK', cell: ({ task_code }) => task_code },
          { head: 'DEVICE', cell: ({ device }) => device },
          { head: 'EXPECTED', cell: (row) => counts(row).expected, align: 'right' },
          { head: 'STORED', cell: (row) => counts(row).stored, align: 'right' },
          { head: 'QUARANTINED', cell: (row) => counts(row).quarantined, align: 'right' },
          { head: 'MISSING', cell: (row) => counts(row).missing, align: 'right' },
          { head: 'COMPLETE', cell: (row) => percent(counts(row).completeness), align: 'right' },
          { head: 'VALUES', cell: ({ values }) => shareOfValues(values), align: 'right' },
          { head: 'NEVER DELIVERED', cell: ({ never_delivered }) => never_delivered, align: 'right' },
          { head: 'WHY', cell: (row) => causesInWords(counts(row).missing_by_cause) },
        ],
        rows,
        'Nothing was due in that time.',
      );
    },
  },
  {
    words: ['gaps'],
    about: 'Gaps of all sessions, and why: a gap that several devices share is listed once.',
    operands: [],
    options: {
      ...within,
      device: { type: 'string', value: 'CODE', about: 'of this device only' },
      cause: { type: 'string', value: 'CAUSE', about: 'for these causes only (commas between them)' },
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
          { head: 'SESSION', cell: ({ session_id }) => session_id },
          { head: 'TASK', cell: ({ task_code }) => task_code },
          { head: 'DEVICES', cell: ({ devices, device_count }) => devicesInWords(devices, device_count) },
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
    },
  },
  {
    words: ['report'],
    about: 'A report as CSV for a spreadsheet: what was due, stored and missing by cause, and who held it.',
    operands: [],
    options: {
      ...within,
      split: {
        type: 'string',
        value: 'PARTS',
        about: 'a line for each day of the plant, or for each shift of --site',
        choices: ['none', 'day', 'shift'],
      },
      title: { type: 'string', value: 'TEXT', about: 'name of the batch or order, in the first column' },
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
  return codes.slice(0, devicesNamed).join(', ') + (more > 0 ? say(' and {{more}} more', { more }) : '');
}
