import { liveQuerySchema } from '@holdfast/shared/contracts/http/live-http.ts';
import type { ApiKeys } from '../access/api-keys.ts';
import type { Caller } from '../access/caller.ts';
import type { Logins } from '../access/logins/logins.ts';
import type { Database } from '../database/open-database.ts';
import { clientGone } from '../http/client-gone.ts';
import { type Route, route } from '../http/route.ts';
import { BrokerUnavailable, type LiveSamples } from '../ports.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { EventStream } from './event-stream.ts';
import { followSamples, startingPoint, startingPointOfReturn } from './follow-samples.ts';
import { type KnownLiveSources, requireKnownLive } from './known-live.ts';

export interface LiveSources extends KnownLiveSources {
  readonly samples: LiveSamples;
  readonly keys: Pick<ApiKeys, 'whenLost'>;
  readonly logins: Pick<Logins, 'whenOver'>;
}

/** Time for which a client may take nothing before it is dropped. */
const patienceMs = 10_000;
const clientsAtMost = 500;

/** Samples as server-sent events while they come; `end` lets go of whoever follows them. */
export function liveRoute({ database, samples, stored, keys, logins }: LiveSources): {
  readonly live: Route;
  readonly end: () => void;
} {
  const clients = new Set<EventStream>();
  let isEnding = false;

  const untilNotAllowed = (caller: Caller, end: () => void): (() => void) | undefined => {
    if (caller.kind === 'key') return keys.whenLost(caller.id, end);
    if (caller.kind === 'user') return logins.whenOver(caller, end);
    return undefined;
  };

  const end = (): void => {
    isEnding = true;
    for (const client of clients) client.end();
  };
  const live = route({
    method: 'GET',
    url: '/api/acquisition/live',
    role: 'viewer',
    sites: ({ query: { device = [] } }) => ({ deviceCodes: device }),
    tag: 'Data',
    summary: 'Follow samples as server-sent events',
    isWatched: true,
    problems: { 404: 'There is no such thing' },
    takes: {
      'Last-Event-ID': {
        description: 'Id of the last event that was seen: what came since is told first',
        pattern: '^[0-9]{0,15}$',
      },
    },
    answer: {
      type: 'text/event-stream',
      description: 'Server-sent events: the data of a `sample` is a LiveSample, of a `reset` a LiveReset',
    },
    schema: { querystring: liveQuerySchema },
    handler: async (request, reply) => {
      const { task, device, point } = request.query;
      const lastEventId = lastEventIdOf(request.headers['last-event-id'] ?? request.query.lastEventId);
      const taskId = task === undefined ? undefined : await taskIdOf(database, task);
      // One that comes back was let in when it came: what it has missed is its, whatever became of the device since.
      if (lastEventId === undefined) {
        const signal = clientGone(reply);
        await requireKnownLive({ database, stored }, { devices: device, points: point, signal });
      }
      // Before the answer: whoever has it may count on every sample that comes after it.
      const atFirst = await startingPoint(samples, lastEventId).catch((error: unknown) => {
        if (lastEventId !== undefined && error instanceof BrokerUnavailable) return undefined;
        throw error;
      });
      if (clients.size >= clientsAtMost) throw tooManyClients();
      const headers = reply.getHeaders() as Record<string, string>;
      reply.hijack();
      const lastId = lastEventId ?? atFirst?.after ?? 0;
      const client = new EventStream(reply.raw, { patienceMs, headers, lastId });
      clients.add(client);
      // Its request was in hand already when the others were let go.
      if (isEnding) client.end();
      const { caller } = request;
      const keep = untilNotAllowed(caller, () => client.end());
      try {
        const from = atFirst ?? (await startingPointOfReturn(samples, lastId, client));
        if (!from) return;
        await followSamples(samples, client, {
          taskId,
          filter: { devices: new Set(device), points: new Set(point), sites: request.grantedSites },
          from,
        });
      } catch (error) {
        // The answer has begun: ending it makes the client come back with the last id that it has seen.
        request.log.info({ err: error }, 'a live stream broke off');
      } finally {
        keep?.();
        clients.delete(client);
        client.end();
      }
    },
  });
  return { live, end };
}

function lastEventIdOf(given: string | string[] | undefined): number | undefined {
  const text = [given].flat().at(-1);
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw validationFailed([{ path: 'Last-Event-ID', message: 'must be the id of an event of this stream' }]);
  }
  return Number(text);
}

async function taskIdOf(database: Database, task: string): Promise<string> {
  if (/^[1-9][0-9]{0,14}$/.test(task)) return task;
  const found = await database.selectFrom('tasks').select('id').where('code', '=', task).executeTakeFirst();
  if (!found) throw new Problem('task_not_found', `There is no task ${task}.`);
  return String(found.id);
}

function tooManyClients(): Problem {
  return new Problem(
    'too_many_live_clients',
    `This process serves ${clientsAtMost} at once. Try again later, or another process.`,
    {},
    { retryAfterSeconds: 30 },
  );
}
