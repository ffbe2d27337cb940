import { liveQuerySchema } from '@holdfast/shared/contracts/http/live-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import type { Database } from '../database/open-database.ts';
import { clientGone } from '../http/client-gone.ts';
import { type Route, route } from '../http/route.ts';
import { BrokerUnavailable, type LiveSamples } from '../ports.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import type { DeviceSites } from './device-sites.ts';
import { followSamples, startingPoint, startingPointOfReturn } from './follow-samples.ts';
import type { LiveClients } from './live-clients.ts';
import { type LivePointSources, requireLivePoints } from './require-live-points.ts';
import { liveText } from './texts.ts';

export interface LiveSources extends LivePointSources {
  readonly samples: LiveSamples;
  readonly sites: DeviceSites;
}

/** Samples as server-sent events, as they come. */
export function liveRoute(
  { database, samples, sampleStore, sites }: LiveSources,
  clients: LiveClients,
): Route {
  return route({
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
        description: 'Id of the last event received; later events are sent first',
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
      // A client that comes back was let in when it came first. It gets what it has missed, whatever became of the
      // device since.
      if (lastEventId === undefined) {
        const signal = clientGone(reply);
        await requireLivePoints({ database, sampleStore }, { devices: device, points: point, signal });
      }
      // Taken before the answer: a client that has it may count on every sample that comes after.
      const atFirst = await startingPoint(samples, lastEventId).catch((error: unknown) => {
        if (lastEventId !== undefined && error instanceof BrokerUnavailable) return undefined;
        throw error;
      });
      const lastId = lastEventId ?? atFirst?.after ?? 0;
      await clients.serve({ request, reply, lastId }, async (client) => {
        const from = atFirst ?? (await startingPointOfReturn(samples, lastId, client));
        if (!from) return;
        const { siteOf, end } = await sites.follow();
        try {
          await followSamples(samples, client, {
            taskId,
            filter: { devices: new Set(device), points: new Set(point), sites: request.grantedSites, siteOf },
            from,
          });
        } finally {
          end();
        }
      });
    },
  });
}

function lastEventIdOf(header: string | string[] | undefined): number | undefined {
  const text = [header].flat().at(-1);
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,15}$/.test(text)) {
    throw validationFailed([{ path: 'Last-Event-ID', message: fieldText('event_id_rule') }]);
  }
  return Number(text);
}

async function taskIdOf(database: Database, task: string): Promise<string> {
  if (/^[1-9][0-9]{0,14}$/.test(task)) return task;
  const row = await database.selectFrom('tasks').select('id').where('code', '=', task).executeTakeFirst();
  if (!row) throw new Problem('task_not_found', liveText('task_not_found', { task }));
  return String(row.id);
}
