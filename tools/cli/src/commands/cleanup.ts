import { ageMs, cleanupMaxAgeMs, cleanupMinAgeMs } from '@holdfast/shared/contracts/http/cleanup-http.ts';
import { CliError } from '../cli-error.ts';
import { type Command, limitOf, limitOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';

const path = '/api/system/cleanup/';
/** Sessions in one call, few enough for an answer in time even where sessions ran for a year. */
const sessionsAtOnce = 500;

interface Plan {
  readonly ended_before: string;
  readonly count: number;
  readonly recoverable: number;
}

export const cleanup: Command = {
  words: ['cleanup'],
  about: 'removes_sessions_that_ended_long_ago',
  notes: ['it_can_be_interrupted_and_repeated'],
  example: 'cleanup --older-than 30d --dry-run',
  operands: [],
  options: {
    'older-than': {
      type: 'string',
      value: 'AGE',
      about: 'only_sessions_that_ended_longer_ago',
    },
    status: {
      type: 'string',
      value: 'STATUS',
      about: 'one_or_both_with_a_comma',
      choices: ['stopped', 'error'],
    },
    'dry-run': { type: 'boolean', about: 'only_say_what_would_be_removed' },
    ...limitOption,
  },
  async run({ api, print }, input) {
    const age = input.text('older-than');
    if (!age) throw new CliError(say('older_than_is_missing_how_old'), exitCodes.usage);
    const ms = ageMs(age);
    if (ms === undefined || ms < cleanupMinAgeMs || ms > cleanupMaxAgeMs) {
      throw new CliError(say('older_than_is_a_length', { age }), exitCodes.usage);
    }
    const query = { older_than: age, status: input.text('status') };
    const isDry = input.has('dry-run');
    if (!isDry && input.has('limit')) throw new CliError(say('limit_goes_with_dry_run'), exitCodes.usage);
    const { count, recoverable, ended_before } = await api.get<Plan>(path, { ...query, limit: 1 });
    const stay = recoverable
      ? say('that_failed_stay_they', {
          count: recoverable,
        })
      : '';
    if (isDry) {
      const results = await api.list(path, query, limitOf(input));
      print.table(
        { ended_before, count, recoverable, results },
        [
          { head: 'head_session', cell: ({ id }) => id },
          { head: 'head_task', cell: ({ task_code }) => task_code },
          { head: 'head_status', cell: ({ status }) => valueWord('session', status) },
          { head: 'head_started', cell: ({ started_at }) => localTime(started_at) },
          { head: 'head_ended', cell: ({ stopped_at }) => localTime(stopped_at) },
        ],
        results,
        'no_session_ended_that_long_ago',
      );
      if (!print.asJson) print.note(say('would_be_removed', { count }) + stay);
      return;
    }
    const statuses = query.status?.split(',');
    const progress = print.progress('cleanup');
    let removed = 0;
    try {
      for (let isMore = true; isMore; ) {
        progress.at(removed, count);
        const done = await api.post<{ removed: number; limit_reached: boolean }>(path, {
          older_than: age,
          ...(statuses && { status: statuses }),
          limit: sessionsAtOnce,
        });
        removed += done.removed;
        isMore = done.limit_reached;
      }
    } catch (error) {
      progress.end();
      if (removed > 0) print.note(say('are_removed_it_can_be_repeated', { removed }));
      throw error;
    }
    progress.end();
    print.report({ ended_before, removed, recoverable }, say('removed', { removed }) + stay);
  },
};
