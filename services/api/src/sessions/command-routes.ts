import {
  reconfigureBodySchema,
  reconfiguredSchema,
} from '@holdfast/shared/contracts/http/reconfigure-http.ts';
import {
  commandedSessionSchema,
  type ignoredAtStart,
  reasonBodySchema,
  type StartedTask,
  startedTaskSchema,
  startTaskBodySchema,
} from '@holdfast/shared/contracts/http/session-http.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { actorIn, whoOf } from '../access/access-control.ts';
import { requireRoleAt } from '../access/granted-sites.ts';
import { entityTagOf, preconditionOf } from '../http/entity-tag.ts';
import { storedNothing } from '../http/idempotency.ts';
import { type Route, route } from '../http/route.ts';
import { languageOf } from '../problems/negotiate-language.ts';
import type { SessionCommands } from './commands/session-commands.ts';

const once = { changedNothing: storedNothing, keepsAnswer: true };

export function commandRoutes(commands: SessionCommands): Route[] {
  const onSession = (name: 'stop' | 'pause' | 'resume' | 'recover', summary: string) =>
    route({
      method: 'POST',
      url: `/api/acquisition/sessions/:id/${name}`,
      role: 'operator',
      sites: ({ params: { id } }) => ({ sessions: [id] }),
      action: `session.${name}`,
      tag: 'Sessions',
      summary,
      about: 'A command without an effect succeeds too: stopping a stopped session changes nothing.',
      once,
      schema: {
        params: z.object({ id: z.string().describe('Session id') }),
        body: reasonBodySchema,
        response: { 200: commandedSessionSchema },
      },
      handler: async (request, attempt) => ({
        status: 200,
        body: toldTo(
          request,
          await commands[name]({
            sessionId: request.params.id,
            reason: request.body?.reason ?? '',
            by: whoOf(request),
            actor: actorIn(request),
            attempt,
          }),
        ),
      }),
    });
  return [
    route({
      method: 'POST',
      url: '/api/acquisition/sessions/start-task',
      role: 'operator',
      sites: ({ body: { task_id } }) => ({ tasks: [Number(task_id)] }),
      action: 'session.start',
      tag: 'Sessions',
      summary: 'Start a session of a task',
      about:
        '409 with `session_id` if the task already has an active session. `validate` reads all devices first, within 5 s: `strict` refuses the start unless every value comes (422 `devices_not_readable`), `warn` starts and reports missing values in `validation`.',
      problems: { 404: 'There is no such thing' },
      gives: { Location: 'Path of the session' },
      once,
      schema: { body: startTaskBodySchema, response: { 201: startedTaskSchema } },
      handler: async (request, attempt) => {
        const { task_id, metadata, validate } = request.body;
        const started = await commands.start({
          taskId: String(task_id),
          metadata: metadata ?? {},
          validate,
          requireSites: (codes) => requireRoleAt(request.grantedSites, codes),
          by: whoOf(request),
          actor: actorIn(request),
          attempt,
        });
        const view = toldTo(request, started);
        const detail = [view.detail, ...notesOnIgnored(request.body, started)].join(' ');
        const location = `/api/acquisition/sessions/${started.session_id}/`;
        return { status: 201, location, body: { ...view, detail } };
      },
    }),
    onSession('stop', 'Stop a session for good'),
    onSession('pause', 'Pause a session'),
    onSession('resume', 'Resume a paused session'),
    onSession('recover', 'Recover a waiting or failed session'),
    route({
      method: 'POST',
      url: '/api/acquisition/sessions/:id/reconfigure',
      role: 'engineer',
      sites: ({ params: { id } }) => ({ sessions: [id] }),
      action: 'session.reconfigure',
      tag: 'Sessions',
      summary: 'Apply another configuration to a running session',
      about:
        'Takes effect at `effective_at`, two to three seconds later; unchanged devices lose no tick. `to` is `latest` or a former version. `dry_run` reports the differences field by field; with its `etag` as `If-Match` exactly that change is made.',
      takes: { 'If-Match': { description: '`etag` of a dry run: only exactly that change is made' } },
      problems: { 412: 'It is not the change that If-Match names' },
      once,
      schema: {
        params: z.object({ id: z.string().describe('Session id') }),
        body: reconfigureBodySchema,
        response: { 200: reconfiguredSchema },
      },
      handler: async (request, attempt) => {
        const { to, reason, dry_run: isTry = false, force: isForced } = request.body ?? {};
        const { tagged, ...done } = await commands.reconfigure({
          ...{ sessionId: request.params.id, to: to ?? 'latest', reason: reason ?? '' },
          ...{ isTry, isForced, attempt },
          precondition: preconditionOf(request.headers['if-match'], {
            isNeeded: false,
            view: (change) => change,
          }),
          requireSites: (codes) => requireRoleAt(request.grantedSites, codes),
          ...{ by: whoOf(request), actor: actorIn(request) },
        });
        return { status: 200, body: { ...toldTo(request, done), etag: entityTagOf(tagged) } };
      },
    }),
  ];
}

/** The answer with its detail in the language of the request. */
function toldTo<Answer extends { readonly detail: Text }>(request: FastifyRequest, answer: Answer) {
  return { ...answer, detail: inLanguage(answer.detail, languageOf(request)) };
}

/** Notes on fields that scripts of the former system send and that are ignored here. */
function notesOnIgnored(
  body: Partial<Record<keyof typeof ignoredAtStart, unknown>>,
  { config_version }: Pick<StartedTask, 'config_version'>,
): string[] {
  const notes = {
    worker_identifier:
      'the supervisor chooses the collector, by required_labels of the task where it has any',
    config_version_id: `the session runs on its task as it is now, version ${config_version}`,
  };
  const names = Object.keys(notes) as (keyof typeof notes)[];
  return names
    .filter((name) => body[name] !== undefined && body[name] !== null && body[name] !== '')
    .map((name) => `${name} is ignored: ${notes[name]}.`);
}
