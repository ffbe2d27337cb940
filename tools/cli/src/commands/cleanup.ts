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
  about: 'Removes sessions that ended long ago from the lists. Events and stored samples remain.',
  notes: ['It can be interrupted and repeated. A failed session stays as long as it can be recovered.'],
  example: 'cleanup --older-than 30d --dry-run',
  operands: [],
  options: {
    'older-than': {
      type: 'string',
      value: 'AGE',
      about: 'only sessions that ended longer ago: 12h, 30d, 8w (required)',
    },
    status: {
      type: 'string',
      value: 'STATUS',
      about: 'one or both with a comma (default stopped,error)',
      choices: ['stopped', 'error'],
    },
    'dry-run': { type: 'boolean', about: 'only say what would be removed' },
    ...limitOption,
  },
  async run({ api, print }, input) {
    const age = input.text('older-than');
    if (!age) throw new CliError(say('--older-than is missing: how old, as 30d'), exitCodes.usage);
    const ms = ageMs(age);
    if (ms === undefined || ms < cleanupMinAgeMs || ms > cleanupMaxAgeMs) {
      throw new CliError(
        say('--older-than is a length of time like 12h, 30d or 8w, from 1h to 3650d, not {{age}}', { age }),
        exitCodes.usage,
      );
    }
    const query = { older_than: age, status: input.text('status') };
    const isDry = input.has('dry-run');
    if (!isDry && input.has('limit')) throw new CliError(say('--limit goes with --dry-run'), exitCodes.usage);
    const { count, recoverable, ended_before } = await api.get<Plan>(path, { ...query, limit: 1 });
    const stay = recoverable
      ? say(' {{count}} that failed stay: they can be recovered, until their task is started anew.', {
          count: recoverable,
        })
      : '';
    if (isDry) {
      const results = await api.list(path, query, limitOf(input));
      print.table(
        { ended_before, count, recoverable, results },
        [
          { head: 'SESSION', cell: ({ id }) => id },
          { head: 'TASK', cell: ({ task_code }) => task_code },
          { head: 'STATUS', cell: ({ status }) => valueWord('session', status) },
          { head: 'STARTED', cell: ({ started_at }) => localTime(started_at) },
          { head: 'ENDED', cell: ({ stopped_at }) => localTime(stopped_at) },
        ],
        results,
        'No session ended that long ago.',
      );
      if (!print.asJson) print.note(say('{{count}} would be removed.', { count }) + stay);
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
      if (removed > 0)
        print.note(say('{{removed}} are removed; it can be repeated for the others.', { removed }));
      throw error;
    }
    progress.end();
    print.report({ ended_before, removed, recoverable }, say('{{removed}} removed.', { removed }) + stay);
  },
};
