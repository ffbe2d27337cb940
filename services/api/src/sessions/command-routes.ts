import {
  commandedSessionSchema,
  reasonBodySchema,
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

/** What fails with 5xx may have been stored: then a repeat has to find out. */
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
          const body = await commands.start({
            taskId: String(task_id),
            metadata: metadata ?? {},
            validate,
            by: whoOf(request),
            attempt,
          });
          return { status: 201, location: `/api/acquisition/sessions/${body.session_id}/`, body };
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
