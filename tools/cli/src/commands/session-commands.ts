import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { ApiRefused } from '../api-refused.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Context, Input, Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { record, records } from '../output/values.ts';
import { type PlainText, say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { printItems } from './change-sets.ts';
import { findItem } from './find-item.ts';
import { sessionPath, sessionsPath } from './session-lists.ts';
import { versionOf } from './task-versions.ts';

const reason: Readonly<Record<'reason', Option>> = {
  reason: { type: 'string', value: 'TEXT', about: 'kept_in_the_event' },
};

export const sessionCommands: readonly Command[] = [
  {
    words: ['sessions', 'start'],
    about: 'starts_a_session_of_a_task',
    example: 'sessions start press-line --validate warn',
    operands: [{ name: 'TASK' }],
    options: {
      validate: {
        type: 'string',
        value: 'HOW',
        about: 'read_the_devices_first_strict_starts',
        choices: ['strict', 'warn', 'skip'],
      },
      metadata: {
        type: 'string',
        value: 'NAME=VALUE',
        about: 'kept_with_the_session',
        multiple: true,
      },
    },
    async run({ api, print }, input) {
      const task = await findItem(api, 'task', input.operands[0] ?? '');
      const started = await api.command(`${sessionsPath}/start-task/`, {
        task_id: task.id,
        metadata: metadataOf(input),
        validate: input.text('validate') ?? 'skip',
      });
      print.report(started, statusInWords(started.session_id, started));
      if (print.asJson) return;
      for (const device of records(record(started.validation).failing)) {
        print.note(`  ${device.device}: ${device.detail}`);
      }
    },
  },
  onSessions('stop', 'stops_sessions_for_good', reason),
  onSessions('pause', 'pauses_sessions_nothing_is_read_until', reason),
  onSessions('resume', 'resumes_paused_sessions', {}),
  onSessions('recover', 'recovers_sessions_that_wait_after', {}),
  {
    words: ['sessions', 'reconfigure'],
    about: 'applies_the_current_configuration',
    operands: [{ name: 'SESSION' }],
    options: {
      to: {
        type: 'string',
        value: 'VERSION',
        about: 'use_this_version_of_its_task',
      },
      ...reason,
      'dry-run': { type: 'boolean', about: 'only_say_what_would_be_done' },
      force: { type: 'boolean', about: 'also_where_devices_that_do' },
    },
    async run({ api, print }, input) {
      const id = input.operands[0] ?? '';
      const to = input.text('to');
      const reason = input.text('reason');
      const answer = await api.command(`${sessionPath(id)}/reconfigure/`, {
        ...(to !== undefined && { to: Number(versionOf(to)) }),
        ...(reason !== undefined && { reason }),
        ...{ dry_run: input.has('dry-run'), force: input.has('force') },
      });
      if (answer.is_changed || print.asJson) printItems(print, answer, records(answer.results));
      if (!print.asJson) print.note(String(answer.detail));
    },
  },
];

function onSessions(verb: string, about: PlainText, options: Command['options']): Command {
  return {
    words: ['sessions', verb],
    about,
    operands: [{ name: 'SESSION', isMany: true }],
    options,
    run: (context, input) => commandEach(context, input, verb),
  };
}

/** Sends the command to each session, also after a refusal. @returns the worst exit code */
async function commandEach({ api, print }: Context, input: Input, verb: string): Promise<number> {
  const answers: Item[] = [];
  let worst: number = exitCodes.ok;
  const reason = input.text('reason');
  for (const id of input.operands) {
    try {
      const answer = await commandOn(api, id, verb, reason);
      answers.push(answer);
      if (!print.asJson) print.report(answer, statusInWords(answer.id, answer));
    } catch (error) {
      if (input.operands.length === 1) throw error;
      if (!(error instanceof ApiRefused) || error.exitCode !== exitCodes.refused) {
        if (print.asJson) print.json(answers);
        throw error;
      }
      worst = exitCodes.refused;
      print.note(`${id}: ${error.message}`);
    }
  }
  if (print.asJson) print.json(input.operands.length === 1 ? answers[0] : answers);
  return worst;
}

function commandOn(api: ApiClient, id: string, verb: string, reason: string | undefined): Promise<Item> {
  return api.command(`${sessionPath(id)}/${verb}/`, reason === undefined ? {} : { reason });
}

const statusInWords = (id: unknown, { status, detail }: Item) =>
  say('what_detail', { what: `${id} ${valueWord('session', status)}`, detail });

function metadataOf(input: Input): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const pair of input.texts('metadata')) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(say('metadata_is_name_value', { given: pair }), exitCodes.usage);
    metadata[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return metadata;
}
