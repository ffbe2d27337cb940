import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { type Command, type Input, limitOf, limitOption, type Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { duration, record, records } from '../output/values.ts';
import { yesOrNo } from '../output/yes-or-no.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { collectorLists } from './collector-lists.ts';
import { drainCollector } from './drain-collector.ts';

const quarantinePath = '/api/system/quarantine';

const filter: Readonly<Record<'stream' | 'reason' | 'collector' | 'session', Option>> = {
  stream: { type: 'string', value: 'STREAM', about: 'only_what_came_from_this_stream' },
  reason: { type: 'string', value: 'TEXT', about: 'only_what_has_this_in_its' },
  collector: { type: 'string', value: 'COLLECTOR', about: 'only_what_this_collector_has_published' },
  session: { type: 'string', value: 'SESSION', about: 'only_what_says' },
};
const upTo: Option = {
  type: 'string',
  value: 'SEQUENCE',
  about: 'only_up_to_this_one_nothing',
};

const filterIn = (input: Input) => ({
  stream: input.text('stream'),
  reason: input.text('reason'),
  collector: input.text('collector'),
  session: input.text('session'),
});

export const systemLists: readonly Command[] = [
  ...collectorLists,
  drainCollector,
  {
    words: ['sinks'],
    about: 'whether_samples_reach_their_database',
    operands: [],
    options: {},
    async run({ api, print }) {
      const sinks = await api.get('/api/system/sinks/');
      const backlog = record(sinks.backlog);
      const lastError = record(sinks.last_error);
      print.fields(sinks, [
        ['field_status', valueWord('sink', sinks.status)],
        ['field_detail', sinks.detail],
        [
          'field_waiting',
          say('samples', {
            messages: backlog.messages,
            duration: duration(backlog.seconds) ?? say('for_an_unknown_time'),
          }),
        ],
        ['field_stream', say('share_full', { share: Math.ceil(Number(backlog.share_of_stream) * 100) })],
        [
          'field_rate',
          say('samples_s_values_s', {
            samples: sinks.samples_per_s,
            values: sinks.values_per_s,
          }),
        ],
        ['field_failed_writes', sinks.failed_writes],
        [
          'field_last_error',
          sinks.last_error && `${localTime(lastError.time)} ${lastError.code}: ${lastError.message}`,
        ],
        [
          'field_writers',
          say('alive', {
            count: records(sinks.writers).filter(({ is_alive }) => is_alive).length,
          }),
        ],
      ]);
      return sinks.status === 'ok' ? exitCodes.ok : exitCodes.refused;
    },
  },
  {
    words: ['quarantine', 'list'],
    about: 'what_could_not_be_processed_oldest',
    operands: [],
    options: {
      ...filter,
      'lost-epoch': { type: 'boolean', about: 'only_samples_whose_epoch_a_restored' },
      ...limitOption,
    },
    async run({ api, print }, input) {
      const query = { ...filterIn(input), lost_epoch: input.has('lost-epoch') ? 'true' : undefined };
      const rows = await api.list(`${quarantinePath}/`, query, limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_sequence', cell: ({ sequence }) => sequence, align: 'right' },
          { head: 'head_time', cell: ({ time }) => localTime(time) },
          { head: 'head_subject', cell: ({ subject }) => subject },
          { head: 'head_sendable', cell: ({ can_be_sent_again }) => yesOrNo(can_be_sent_again) },
          { head: 'head_bytes', cell: ({ body_length }) => body_length, align: 'right' },
          { head: 'head_reason', cell: ({ reason }) => reason },
        ],
        rows,
        'nothing_is_in_quarantine',
      );
    },
  },
  {
    words: ['quarantine', 'show'],
    about: 'one_quarantined_message_with_its_body',
    operands: [{ name: 'SEQUENCE' }],
    options: {},
    async run({ api, print }, input) {
      const message = await api.get(`${quarantinePath}/${encodeURIComponent(input.operands[0] ?? '')}/`);
      print.fields(message, [
        ['field_sequence', message.sequence],
        [
          'field_from',
          say('message_of_stream', {
            subject: message.subject,
            sequence: message.original_sequence,
            stream: message.stream,
          }),
        ],
        ['field_time', localTime(message.time)],
        ['field_reason', message.reason],
        ['field_sendable', yesOrNo(message.can_be_sent_again)],
        ['field_body', message.body],
      ]);
    },
  },
  {
    words: ['quarantine', 'send-again'],
    about: 'sends_messages_back_to_where_they',
    operands: [{ name: 'SEQUENCE', isOptional: true }],
    options: {
      ...filter,
      'up-to': upTo,
      all: { type: 'boolean', about: 'without_a_filter' },
      'trust-epoch': {
        type: 'boolean',
        about: 'takes_samples_whose_epoch_a_restored',
      },
    },
    async run({ api, print }, input) {
      const [sequence] = input.operands;
      const query = { ...filterIn(input), up_to: input.text('up-to') };
      chooseOne(sequence, query, input.has('all'));
      const body = input.has('trust-epoch') ? { trust_epoch: true } : undefined;
      if (sequence !== undefined) {
        const sent = await api.post(`${quarantinePath}/${encodeURIComponent(sequence)}/send-again/`, body);
        print.report(sent, say('what_detail', { what: sent.sequence, detail: sent.detail }));
        return exitCodes.ok;
      }
      const progress = print.progress('sent_again');
      const sent = await sendManyAgain(api, { filter: query, body }, (done) => progress.at(done)).finally(
        () => progress.end(),
      );
      print.report(sent, say('sent_again_kept', { sent: sent.sent, kept: sent.kept }) + moreThere(sent));
      if (!print.asJson) {
        for (const { sequence, detail } of records(sent.kept_because)) {
          print.report(sent, say('kept_with_detail', { kept: sequence, detail }));
        }
      }
      return sent.kept === 0 ? exitCodes.ok : exitCodes.refused;
    },
  },
  {
    words: ['quarantine', 'delete'],
    about: 'deletes_messages_for_good_one',
    operands: [{ name: 'SEQUENCE', isOptional: true }],
    options: { ...filter, 'up-to': upTo },
    async run({ api, print }, input) {
      const [sequence] = input.operands;
      const query = { ...filterIn(input), up_to: input.text('up-to') };
      chooseOne(sequence, query, false);
      if (sequence !== undefined) {
        await api.delete(`${quarantinePath}/${encodeURIComponent(sequence)}/`);
        print.report({ deleted: 1 }, say('is_deleted', { sequence }));
        return;
      }
      const progress = print.progress('deleted');
      const deleted = await deleteMany(api, query, (done) => progress.at(done)).finally(() => progress.end());
      print.report(deleted, say('deleted_messages', { deleted: deleted.deleted }) + moreThere(deleted));
    },
  },
];

type Filter = ReturnType<typeof filterIn> & { readonly up_to: string | undefined };

/** The most messages that one call of the API may take, and the size of calls that are answered soon. */
const messagesAtMost = 10_000;
const messagesAtOnce = 500;

/** Sends many again. Unsendable ones stay first in the list, so each call must reach beyond those that the last one kept. */
async function sendManyAgain(
  api: ApiClient,
  { filter, body }: { readonly filter: Filter; readonly body: { trust_epoch: boolean } | undefined },
  onSent: (sent: number) => void,
): Promise<{ sent: number; kept: number; kept_because: unknown; limit_reached: boolean }> {
  let sent = 0;
  let keptCount = 0;
  for (;;) {
    onSent(sent);
    const limit = Math.min(messagesAtMost, keptCount + messagesAtOnce);
    const call = await api.post<{
      sent: number;
      kept: number;
      kept_because: unknown;
      limit_reached: boolean;
    }>(`${quarantinePath}/send-again/`, body, { ...filter, limit });
    sent += call.sent;
    keptCount = call.kept;
    const isDone = !call.limit_reached || sent >= messagesAtMost || keptCount >= messagesAtMost;
    if (isDone) return { ...call, sent };
  }
}

async function deleteMany(
  api: ApiClient,
  filter: Filter,
  onDeleted: (deleted: number) => void,
): Promise<{ deleted: number; limit_reached: boolean }> {
  let deleted = 0;
  for (;;) {
    onDeleted(deleted);
    const limit = Math.min(messagesAtOnce, messagesAtMost - deleted);
    const call = await api.delete<{ deleted: number; limit_reached: boolean }>(`${quarantinePath}/`, {
      ...filter,
      limit,
    });
    deleted += call.deleted;
    if (!call.limit_reached || deleted >= messagesAtMost) return { ...call, deleted };
  }
}

/** Requires a choice: without one it would be easy to take everything by mistake. */
function chooseOne(sequence: string | undefined, filter: Filter, isAll: boolean): void {
  const isFiltered = Object.values(filter).some(Boolean);
  if ([sequence !== undefined, isFiltered, isAll].filter(Boolean).length === 1) return;
  throw new CliError(say('say_which_the_sequence_of_one'), exitCodes.usage);
}

const moreThere = ({ limit_reached }: Readonly<Record<string, unknown>>) =>
  limit_reached ? say('there_may_be_more_call') : '';
