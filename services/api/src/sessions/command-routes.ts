import {
  commandedSessionSchema,
  type ignoredAtStart,
  reasonBodySchema,
  type StartedTask,
  startedTaskSchema,
  startTaskBodySchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { whoOf } from '../access/access-control.ts';
import type { Once } from '../http/idempotency.ts';
import type { ApiProblem } from '../problems/api-problem.ts';
import type { SessionCommands } from './commands/session-commands.ts';

const onSession = {
  params: z.object({ id: z.string().describe('Session id') }),
  body: reasonBodySchema,
  response: { 200: commandedSessionSchema },
};

/** Failures below 5xx stored nothing; after a 5xx a repeat has to find out. */
const changedNothing = ({ status }: ApiProblem) => status < 500;

/** Below /api/acquisition/sessions. */
export function commandRoutes(commands: SessionCommands, once: Once): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/start-task',
      { schema: { body: startTaskBodySchema, response: { 201: startedTaskSchema } } },
      (request, reply) =>
        once({ request, reply, changedNothing }, async (attempt) => {
          const { task_id, metadata, validate } = request.body;
          const started = await commands.start({
            taskId: String(task_id),
            metadata: metadata ?? {},
            validate,
            by: whoOf(request),
            attempt,
          });
          const detail = [started.detail, ...notesOnIgnored(request.body, started)].join(' ');
          const location = `/api/acquisition/sessions/${started.session_id}/`;
          return { status: 201, location, body: { ...started, detail } };
        }),
    );
    for (const name of ['stop', 'pause', 'resume', 'recover'] as const) {
      app.post(`/:id/${name}`, { schema: onSession }, (request, reply) =>
        once({ request, reply, changedNothing }, async (attempt) => ({
          status: 200,
          body: await commands[name]({
            sessionId: request.params.id,
            reason: request.body?.reason ?? '',
            by: whoOf(request),
            attempt,
          }),
        })),
      );
    }
    done();
  };
}

/** Fields that scripts of the former system send and nothing here goes by. */
function notesOnIgnored(
  given: Partial<Record<keyof typeof ignoredAtStart, unknown>>,
  { config_version }: Pick<StartedTask, 'config_version'>,
): string[] {
  const notes = {
    worker_identifier:
      'the supervisor chooses the collector, by required_labels of the task where it has any',
    config_version_id: `the session runs on its task as it is now, version ${config_version}`,
  };
  const names = Object.keys(notes) as (keyof typeof notes)[];
  return names
    .filter((name) => given[name] !== undefined && given[name] !== null && given[name] !== '')
    .map((name) => `${name} is ignored: ${notes[name]}.`);
}
