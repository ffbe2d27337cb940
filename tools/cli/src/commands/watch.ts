import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Context, Input } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { cellText } from '../output/table.ts';
import { readServerEvents } from '../read-server-events.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { sessionPath } from './session-lists.ts';

const comeBackMs = 1_000;

export const watch: Command = {
  words: ['sessions', 'watch'],
  about: 'live_readings_of_one_session',
  notes: ['if_the_connection_breaks_it_continues'],
  example: 'sessions watch 7-3',
  operands: [{ name: 'SESSION', isOptional: true }],
  options: {
    device: {
      type: 'string',
      value: 'CODE',
      about: 'of_this_device_may_be_given',
      multiple: true,
    },
    point: { type: 'string', value: 'CODE', about: 'this_point_may_be_given_several', multiple: true },
    count: { type: 'string', value: 'N', about: 'end_after_this_many_readings' },
  },
  async run(context, input) {
    const [session] = input.operands;
    const task =
      session === undefined ? undefined : (await context.api.get(`${sessionPath(session)}/`)).task_id;
    await follow(context, input, { session, task: task === undefined ? undefined : String(task) });
  },
};

/** Follows the stream. After a break it continues where it was, since the API gets the last reading seen. */
async function follow(
  { api, print, stopping }: Context,
  input: Input,
  { session, task }: { session: string | undefined; task: string | undefined },
): Promise<void> {
  const query = { task, device: input.texts('device'), point: input.texts('point') };
  let updatesLeft = input.integer('count', 1) ?? Number.POSITIVE_INFINITY;
  let lastId: string | undefined;
  let wasOpen = false;
  while (!stopping.aborted) {
    try {
      const response = await api.open('/api/acquisition/live/', query, {
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      });
      if (!wasOpen && !print.asJson) print.note(say('waiting_for_readings_ctrl_c_ends'));
      wasOpen = true;
      for await (const { id, event, data } of readServerEvents(response, stopping)) {
        lastId = id ?? lastId;
        if (event === 'reset') print.note(say('some_readings_are_not_shown_they'));
        if (event !== 'sample') continue;
        const sample = JSON.parse(data) as LiveSample;
        if (session !== undefined && sample.session_id !== session) continue;
        if (print.asJson) print.jsonLine(sample);
        else print.line(lineOf(sample));
        updatesLeft -= 1;
        if (updatesLeft === 0) return;
      }
    } catch (error) {
      if (stopping.aborted) return;
      const mayPass = !(error instanceof CliError) || error.exitCode === exitCodes.unreachable;
      if (!wasOpen || !mayPass) throw error;
    }
    await sleep(comeBackMs, undefined, { signal: stopping }).catch(() => {});
  }
}

function lineOf({ time, session_id, device, values, miss }: LiveSample): string {
  const what = miss
    ? `- ${valueWord('cause', miss.cause)}: ${miss.detail}`
    : Object.entries(values)
        .map(([point, value]) => `${point}=${value}`)
        .join(' ') || say('nothing_has_changed');
  return cellText(`${localTime(time)} ${session_id} ${device} ${what}`);
}
