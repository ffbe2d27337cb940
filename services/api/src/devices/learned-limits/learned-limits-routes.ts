import { bodies } from '@holdfast/drivers/bodies.ts';
import { reasonQuery } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import { applyLimitsBodySchema, type DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { SiteAccess } from '../../access/granted-sites.ts';
import { changedBy } from '../../access/request-change.ts';
import type { LockedCheck } from '../../configuration/collection.ts';
import { changeSetHeader } from '../../configuration/collection-routes.ts';
import { viewOfDevice } from '../../configuration/device-specs.ts';
import { entityTagOf, preconditionOf } from '../../http/entity-tag.ts';
import { traceParentOf } from '../../http/request-trace.ts';
import { type Route, route } from '../../http/route.ts';
import type { Collectors } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { readDevice } from '../device-content.ts';
import { endpointHolders } from '../endpoint-holders.ts';
import { devicesText } from '../texts.ts';
import { applyLimits } from './apply-limits.ts';
import {
  type DeviceLimitsSources,
  deviceLimits,
  type ReportedLimits,
  reportedLimits,
} from './device-limits.ts';
import { forgetInSessions, forgetRanges } from './forget-limits.ts';

const params = z.object({
  id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).describe('Device id'),
});

export function learnedLimitsRoutes(
  sources: DeviceLimitsSources & { readonly collectors: Pick<Collectors, 'call'> },
  {
    requireIfMatch = false,
    siteAccess,
  }: { readonly requireIfMatch?: boolean; readonly siteAccess: Pick<SiteAccess, 'requireUntilEnd'> },
): Route[] {
  const { database, collectors } = sources;
  const { view, appliedLimits, forgottenLimits } = bodies().devices;
  const encodedView = (device: object) => z.encode(view, device as z.infer<typeof view>) as object;
  const holdsFor = (
    { headers, grantedSites }: Pick<FastifyRequest, 'headers' | 'grantedSites'>,
    id: number,
  ): LockedCheck => {
    const isNeeded = requireIfMatch;
    const precondition = preconditionOf(headers['if-match'], { isNeeded, view: encodedView });
    return async (device, transaction) => {
      await siteAccess.requireUntilEnd(transaction, grantedSites, { devices: [id] });
      precondition?.(device);
    };
  };
  return [
    route({
      method: 'POST',
      url: '/api/config/devices/:id/apply-learned-limits',
      role: 'engineer',
      sites: ({ params: { id } }) => ({ devices: [id] }),
      action: 'device.apply_learned_limits',
      tag: 'Configuration',
      summary: 'Store the limits learned from refusals of a device',
      about:
        'Takes what the running session has learned; never widens a limit. `unconfirmed` includes ranges that were refused only once.',
      hasVersion: true,
      gives: changeSetHeader,
      schema: {
        ...{ params, querystring: reasonQuery, body: applyLimitsBodySchema },
        response: { 200: appliedLimits },
      },
      handler: async (request, reply) => {
        const { id } = request.params;
        const holds = holdsFor(request, id);
        const device = await database
          .selectFrom('devices')
          .select('code')
          .where('id', '=', id)
          .executeTakeFirst();
        if (!device) throw missing(id);
        const limits = (await deviceLimits(sources, device.code)).filter(
          (each) => each.device.id === String(id),
        );
        if (limits.length === 0) throw nothingLearned(device.code);
        const withUnconfirmed = request.body?.unconfirmed ?? false;
        const applied = await changedBy(request, database, { kind: 'learned' }, (transaction) =>
          applyLimits(transaction, { deviceId: id, limits, holds, how: 'asked_for', withUnconfirmed }),
        );
        if (!applied.device) throw missing(id);
        if (applied.outcome === 'overtaken') throw atAnotherPlace(device.code);
        const shownDevice = viewOfDevice(applied.device);
        return reply.header('etag', entityTagOf(encodedView(shownDevice))).send({
          changed: applied.outcome === 'changed',
          learned_limits: limits.map(inAnswer),
          device: shownDevice,
        });
      },
    }),
    route({
      method: 'POST',
      url: '/api/config/devices/:id/forget-learned-limits',
      role: 'engineer',
      sites: ({ params: { id } }) => ({ devices: [id] }),
      action: 'device.forget_learned_limits',
      tag: 'Configuration',
      summary: 'Remove the learned limits of a device',
      about: '`max_registers` and `max_bits` stay as they are.',
      hasVersion: true,
      gives: changeSetHeader,
      schema: {
        ...{ params, querystring: reasonQuery, body: noFieldsSchema },
        response: { 200: forgottenLimits },
      },
      handler: async (request, reply) => {
        const { id } = request.params;
        const content = await readDevice(database, id);
        const holds = holdsFor(request, id);
        const forgotten = await changedBy(request, database, { kind: 'learned' }, (transaction) =>
          forgetRanges(transaction, id, holds),
        );
        if (!forgotten) throw missing(id);
        const outcomes = await forgetInSessions(
          collectors,
          content,
          await endpointHolders(database, id),
          traceParentOf(request.raw),
        );
        const shownDevice = viewOfDevice(forgotten.device);
        return reply
          .header('etag', entityTagOf(encodedView(shownDevice)))
          .send({ ...forgotten, device: shownDevice, ...outcomes });
      },
    }),
  ];
}

/** Adds to a single device the limits that this process has heard of, so that the answer never waits. */
export function withLearnedLimits({ liveStatus }: Pick<DeviceLimitsSources, 'liveStatus'>) {
  return async <Device extends { readonly code: string }>(device: Device) => ({
    ...device,
    learned_limits: reportedLimits(liveStatus)
      .filter(({ deviceCode }) => deviceCode === device.code)
      .map(inAnswer),
  });
}

function inAnswer({
  sessionId,
  collectorId,
  limits,
}: ReportedLimits): DeviceDetail['learned_limits'][number] {
  return { ...limits, session_id: sessionId, collector_id: collectorId };
}

function missing(id: number): Problem {
  return new Problem('device_not_found', devicesText('device_unknown', { id }));
}

function nothingLearned(code: string): Problem {
  return new Problem('nothing_learned', devicesText('nothing_learned', { code }));
}

function atAnotherPlace(code: string): Problem {
  return new Problem('device_replaced', devicesText('device_replaced', { code }));
}
