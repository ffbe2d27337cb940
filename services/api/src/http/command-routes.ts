import {
  commandedSessionSchema,
  reasonBodySchema,
  startedTaskSchema,
  startTaskBodySchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { SessionCommands } from '../commands/session-commands.ts';
import { operatorOf } from './operator.ts';

const onSession = {
  params: z.object({ id: z.string() }),
  body: reasonBodySchema,
  response: { 200: commandedSessionSchema },
};

/** Below /api/acquisition/sessions. */
export function commandRoutes(commands: SessionCommands): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/start-task',
      { schema: { body: startTaskBodySchema, response: { 201: startedTaskSchema } } },
      async (request, reply) => {
        const { task_id, metadata, validate } = request.body;
        const started = await commands.start({
          taskId: String(task_id),
          metadata: metadata ?? {},
          validate,
          by: operatorOf(request),
        });
        return reply
          .code(201)
          .header('location', `/api/acquisition/sessions/${started.session_id}/`)
          .send(started);
      },
    );
    app.post('/:id/stop', { schema: onSession }, (request) =>
      commands.stop({
        sessionId: request.params.id,
        reason: request.body?.reason ?? '',
        by: operatorOf(request),
      }),
    );
    app.post('/:id/pause', { schema: onSession }, (request) =>
      commands.pause({
        sessionId: request.params.id,
        reason: request.body?.reason ?? '',
        by: operatorOf(request),
      }),
    );
    app.post('/:id/resume', { schema: onSession }, (request) =>
      commands.resume({ sessionId: request.params.id, by: operatorOf(request) }),
    );
    app.post('/:id/recover', { schema: onSession }, (request) =>
      commands.recover({ sessionId: request.params.id, by: operatorOf(request) }),
    );
    done();
  };
}
