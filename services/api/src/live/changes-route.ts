import { changeIdPattern, changesQuerySchema } from '@holdfast/shared/contracts/http/changes-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { type Route, route } from '../http/route.ts';
import { BrokerUnavailable } from '../ports.ts';
import { validationFailed } from '../problems/problem.ts';
import type { ChangeHub } from './change-hub.ts';
import { type Position, positionText } from './change-log.ts';
import { followChanges } from './follow-changes.ts';
import type { LiveClients } from './live-clients.ts';

/** How long to wait for the streams; a broker that works is followed within milliseconds. */
const patienceMs = 5_000;

/** Changes as server-sent events, so that screens need not ask over and over. */
export function changesRoute(hub: Pick<ChangeHub, 'followed' | 'whenFollowed'>, clients: LiveClients): Route {
  return route({
    method: 'GET',
    url: '/api/acquisition/live/changes',
    role: 'viewer',
    sites: 'own',
    tag: 'Data',
    summary: 'Follow changes of sessions, devices, sinks and configuration',
    isWatched: true,
    takes: {
      'Last-Event-ID': {
        description: 'Id of the last event received; later events are sent first',
        pattern: changeIdPattern.source.replace(/^\^(.*)\$$/, '^(?:$1)?$'),
      },
    },
    answer: {
      type: 'text/event-stream',
      description:
        'Server-sent events `session` (SessionChange), `device` (DeviceChange), `configuration` (ConfigurationChange), `sink` (SinkChange) and `reset` (ChangesReset)',
    },
    schema: { querystring: changesQuerySchema },
    handler: async (request, reply) => {
      const position = positionOf(request.headers['last-event-id'] ?? request.query.lastEventId);
      const atFirst = hub.followed() ?? (await hub.whenFollowed(AbortSignal.timeout(patienceMs)));
      // A client that comes back waits for a broker that is down: after any answer but a stream it would not ask again.
      if (!atFirst && !position) throw new BrokerUnavailable('changes cannot be followed now');
      const lastId = position ? positionText(position) : atFirst && positionText(atFirst.log.position);
      const sites = request.grantedSites;
      await clients.serve({ request, reply, lastId }, async (client) => {
        const followed = atFirst ?? (await hub.whenFollowed(client.closed));
        if (!followed) return;
        const { log, ended } = followed;
        const sink = sites === 'everywhere' ? followed.sink() : undefined;
        if (sink) await client.send({ event: 'sink', data: sink });
        await followChanges(client, { log, ended, sites, position });
      });
    },
  });
}

function positionOf(header: string | string[] | undefined): Position | undefined {
  const text = [header].flat().at(-1);
  if (text === undefined || text === '') return undefined;
  const [, s, h, a] = changeIdPattern.exec(text) ?? [];
  if (s === undefined) {
    throw validationFailed([{ path: 'Last-Event-ID', message: fieldText('event_id_rule') }]);
  }
  return { s: Number(s), h: Number(h), a: Number(a) };
}
