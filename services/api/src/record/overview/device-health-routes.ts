import {
  deviceChangesPageSchema,
  deviceChangesQuerySchema,
  deviceHealthPageSchema,
  deviceHealthQuerySchema,
} from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { GrantedSites } from '../../access/granted-sites.ts';
import { decodeCursor, encodeCursor } from '../../http/cursor.ts';
import { type Route, route } from '../../http/route.ts';
import { findSession } from '../../sessions/queries/list-sessions.ts';
import { pastShare } from '../../sessions/session-share.ts';
import { timeOf } from '../../times/relative-time.ts';
import { deviceChanges } from './device-changes.ts';
import { type DeviceHealthSources, deviceHealth } from './device-health.ts';

/** Routes for the present and past health of the devices of all sessions. */
export function deviceHealthRoutes(sources: DeviceHealthSources): Route[] {
  const { database } = sources.accounting;
  const idOfDevice = async (code: string) => {
    const row = await database.selectFrom('devices').select('id').where('code', '=', code).executeTakeFirst();
    return row && String(row.id);
  };
  const shareOfPast = async (sessionId: string, sites: GrantedSites) => {
    const session = await findSession(database, sessionId);
    return session && pastShare(sources.accounting, session, sites);
  };
  return [
    route({
      method: 'GET',
      url: '/api/acquisition/devices/health',
      role: 'viewer',
      sites: 'own',
      tag: 'Data',
      summary: 'See how the devices of all sessions are',
      schema: { querystring: deviceHealthQuerySchema, response: { 200: deviceHealthPageSchema } },
      handler: async (request) => {
        const { limit, cursor, condition, never_delivered, ...query } = request.query;
        const { next, ...page } = await deviceHealth(sources, {
          ...query,
          sites: request.grantedSites,
          conditions: condition,
          onlyNeverDelivered: never_delivered === 'true',
          limit,
          offset: decodeCursor(cursor) ?? 0,
        });
        return { ...page, next_cursor: encodeCursor(next) };
      },
    }),
    route({
      method: 'GET',
      url: '/api/acquisition/devices/health/changes',
      role: 'viewer',
      sites: 'own',
      tag: 'Data',
      summary: 'List changes of device health, newest first',
      schema: { querystring: deviceChangesQuerySchema, response: { 200: deviceChangesPageSchema } },
      handler: async (request) => {
        const { limit, cursor, from, to, ...query } = request.query;
        const now = new Date();
        const { results, next } = await deviceChanges(
          { ...sources, idOfDevice, shareOfPast },
          {
            ...query,
            sites: request.grantedSites,
            from: from ? timeOf('from', from, now) : undefined,
            to: to ? timeOf('to', to, now) : undefined,
            limit,
            before: decodeCursor(cursor),
          },
        );
        return { results, next_cursor: encodeCursor(next) };
      },
    }),
  ];
}
