import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { type RequestForms, requestInWords } from '@holdfast/shared/forms/request-words.ts';
import { ApiRefused } from '../api-refused.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Input } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Printer } from '../output/printer.ts';
import { records } from '../output/values.ts';
import { say, speaksChinese } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { findItem } from './find-item.ts';

export const deviceTests: readonly Command[] = [
  {
    words: ['devices', 'test'],
    about: 'reads_all_points_of_a_device',
    operands: [{ name: 'DEVICE', isOptional: true }],
    options: {
      task: {
        type: 'string',
        value: 'TASK',
        about: 'each_enabled_device_that_this_task',
      },
      bytes: { type: 'boolean', about: 'also_the_bytes_of_each_request' },
    },
    async run({ api, print }, input) {
      const devices = await devicesToTest(api, input);
      const isOfTask = input.text('task') !== undefined;
      const forms = input.has('bytes') && !print.asJson ? await formsByProtocol(api) : undefined;
      const outcomes: Item[] = [];
      for (const device of devices) {
        const tested = await (isOfTask ? testedOrRefused(api, device) : test(api, device));
        outcomes.push(tested);
        if (!print.asJson)
          show(
            print,
            tested,
            forms &&
              ((request) =>
                requestInWords(request, forms.get(device.protocol), speaksChinese() ? 'zh' : 'en')),
          );
      }
      if (print.asJson) print.json(isOfTask ? outcomes : outcomes[0]);
      return outcomes.every(({ status }) => status === 'ok') ? exitCodes.ok : exitCodes.refused;
    },
  },
];

async function devicesToTest(api: ApiClient, input: Input): Promise<Item[]> {
  const [name] = input.operands;
  const ofTask = input.text('task');
  if ((name === undefined) === (ofTask === undefined))
    throw new CliError(say('name_a_device_or_a_task'), exitCodes.usage);
  if (ofTask === undefined) return [await findItem(api, 'device', name ?? '')];
  const task = await findItem(api, 'task', ofTask);
  const ids = new Set(task.device_ids as readonly unknown[]);
  const all = await api.list('/api/config/devices/', {}, Number.MAX_SAFE_INTEGER);
  const devices = all.filter(({ id, enabled }) => ids.has(id) && enabled);
  if (devices.length > 0) return devices;
  throw new CliError(say('task_has_no_enabled_device', { task: String(task.code) }), exitCodes.refused);
}

const test = (api: ApiClient, { id }: Item) => api.post(`/api/config/devices/${id}/test/`);

/** Tests a device. A refusal is a result as well, so that the other devices are still tested. */
async function testedOrRefused(api: ApiClient, device: Item): Promise<Item> {
  try {
    return await test(api, device);
  } catch (error) {
    if (!(error instanceof ApiRefused)) throw error;
    const { code, message: detail } = error;
    return { device: device.code, status: 'refused', detail, problem: { code, detail } };
  }
}

/** The words for requests by protocol; none in English, which shows field names as they are. */
async function formsByProtocol(api: ApiClient): Promise<ReadonlyMap<unknown, RequestForms>> {
  if (!speaksChinese()) return new Map();
  const { results } = await api.get('/api/config/protocols/');
  return new Map(records(results).map((each) => [each.protocol, each as unknown as RequestForms]));
}

type RequestText = (request: Readonly<Record<string, unknown>>) => string;

/** @param inWords describes a request, where its bytes are to be shown as well */
function show(print: Printer, tested: Item, inWords: RequestText | undefined): void {
  const { device, status, detail, problem, points, collector_id: collector } = tested;
  if (problem) {
    print.line(say('what_detail', { what: String(device), detail: String(detail) }));
    return;
  }
  print.table(
    tested,
    [
      { head: 'head_point', cell: ({ code }) => code },
      { head: 'head_quality', cell: ({ quality }) => valueWord('quality', quality) },
      { head: 'head_value', cell: ({ value }) => value, align: 'right' },
      { head: 'head_raw', cell: ({ raw }) => (Array.isArray(raw) ? raw.join(' ') : '') },
      { head: 'head_why', cell: ({ detail }) => detail },
    ],
    records(points),
    'no_points_were_read',
  );
  if (inWords) for (const line of bytesOf(tested, inWords)) print.report(tested, line);
  print.report(
    tested,
    say('what_detail', { what: `${device} ${valueWord('test', status)}`, detail: String(detail) }),
  );
  if (collector) print.report(tested, say('asked_by', { collector: String(collector) }));
}

/** One line for each transfer of bytes in one direction. */
function bytesOf(tested: Item, inWords: RequestText): string[] {
  return records(tested.requests).flatMap(({ ms: _, error, failure: __, heard, ...request }) => [
    error ? say('what_detail', { what: inWords(request), detail: error }) : inWords(request),
    ...records(heard).map(({ direction, ms, bytes }) => {
      const arrow = direction === 'sent' ? '>' : '<';
      return `  ${arrow} ${String(ms).padStart(7)} ms  ${String(bytes).replace(/..(?=.)/g, '$& ')}`;
    }),
  ]);
}
