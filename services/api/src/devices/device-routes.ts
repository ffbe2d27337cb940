import { bodies } from '@holdfast/drivers/bodies.ts';
import { specs } from '@holdfast/drivers/specs.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  deviceTestSchema,
  deviceTrialBody,
  deviceTrialSchema,
  writePointBodySchema,
  writtenPointSchema,
} from '@holdfast/shared/contracts/http/device-call-http.ts';
import { connectionOf } from '@holdfast/shared/contracts/http/device-http.ts';
import { deviceTestMs } from '@holdfast/shared/contracts/http/device-test-time.ts';
import { taskPlanBodySchema, taskPlanSchema } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { actorIn, requireFewPlaces, whoOf } from '../access/access-control.ts';
import { MinuteLimit } from '../access/minute-limit.ts';
import { readTaskContent, readTaskContents } from '../configuration/config-versions.ts';
import { namedSecrets } from '../configuration/device-access.ts';
import { specOf } from '../configuration/device-specs.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { type Route, route } from '../http/route.ts';
import { BrokerUnavailable } from '../ports.ts';
import { readDevice } from './device-content.ts';
import { labelsOfTasks, tasksRunningBeside } from './endpoint-holders.ts';
import type { DeviceLimitsSources } from './learned-limits/device-limits.ts';
import { type MeasuredRoundTrips, measuredRoundTrips } from './measured-round-trips.ts';
import { planTask } from './task-plan.ts';
import { testDevice } from './test-device.ts';
import { tryDevice } from './try-device.ts';
import { type WritePointOptions, writePoint } from './write-point.ts';

const idOf = (what: string) =>
  z.object({
    id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).describe(`${what} id`),
  });
/** Whether surely nothing was written. If the outcome is unknown, the device may have the value, so the key stays taken. */
const wroteNothing = (status: number): boolean => status !== 500 && status !== 504;

/** Endpoints that one caller may try in a minute, because trying shows who answers at which address. */
const triedAtMost = 10;

/** Routes that ask a device right away, through a collector. */
export function deviceRoutes(sources: WritePointOptions, limitsSources: DeviceLimitsSources): Route[] {
  const { database, collectors } = sources;
  /** The write's own two entries say more than the one that every change gets. */
  const audited = (request: Pick<FastifyRequest, 'isAudited'>): WritePointOptions => ({
    ...sources,
    audit: async (entry) => {
      await sources.audit(entry);
      request.isAudited = true;
    },
  });
  const tried = new MinuteLimit(triedAtMost);
  return [
    route({
      method: 'POST',
      url: '/api/config/devices/:id/test',
      role: 'operator',
      sites: ({ params: { id } }) => ({ devices: [id] }),
      action: 'device.test',
      tag: 'Devices',
      summary: 'Read every point of a device once, in 20 s at most',
      about:
        'As a session would read it, disabled points included, over the connection of the session that reads it now or by any collector that is up. `status` is `ok`, `partly` or `failed`; a bad point says why in `detail` and which limit it met in `met_limit`. `heard` are the bytes of each request and answer.',
      problems: { 504: 'The collector gave no answer in time' },
      schema: { params: idOf('Device'), body: noFieldsSchema, response: { 200: deviceTestSchema } },
      handler: async ({ params: { id }, raw }) =>
        testDevice({
          database,
          collectors,
          liveStatus: limitsSources.liveStatus,
          device: await readDevice(database, id),
          labels: await labelsOfTasks(database, id),
          withinMs: deviceTestMs,
          traceparent: traceParentOf(raw),
        }),
    }),
    route({
      method: 'POST',
      url: '/api/config/devices/try',
      role: 'engineer',
      sites: ({ body }) => ({ sites: [body.device.site_id] }),
      action: 'device.try',
      tag: 'Devices',
      summary: 'Read a device once before it is stored, in 20 s at most',
      about:
        'Bodies as they would be stored, points without `device_id`. Without points one value is read as a sign of life. At most 10 endpoints a minute for one key or person.',
      problems: { 504: 'The collector gave no answer in time' },
      schema: { body: deviceTrialBody(specs, bodies().devices), response: { 200: deviceTrialSchema } },
      handler: async (request) => {
        const { body, raw } = request;
        requireFewPlaces(tried, triedAtMost, request, () => {
          const spec = specOf(body.device);
          return spec.endpoint(connectionOf(spec, body.device)).key;
        });
        const { device } = body;
        const connection = connectionOf(specOf(device), device);
        request.namedSecrets = namedSecrets({ ...device, connection });
        return tryDevice(body, {
          ...{ database, collectors, withinMs: deviceTestMs, traceparent: traceParentOf(raw) },
        });
      },
    }),
    route({
      method: 'POST',
      url: '/api/config/tasks/:id/plan',
      role: 'engineer',
      sites: ({ params: { id } }) => ({ tasks: [id] }),
      action: undefined,
      tag: 'Devices',
      summary: 'Calculate whether a task can keep its period',
      about:
        'No device is contacted. `verdict` of an endpoint is `holds`, `late_at_times` (enough time on the whole, but ticks are missed when everything is due at once) or `cannot_hold`. Other running tasks count. Measured round trips take precedence; otherwise `round_trip_ms` (10) over TCP and the speed of the line with `turnaround_ms` (5) on serial lines.',
      schema: { params: idOf('Task'), body: taskPlanBodySchema, response: { 200: taskPlanSchema } },
      handler: async ({ params: { id }, body }) => {
        const content = await readTaskContent(database, id);
        const deviceIds = content.devices.map((device) => Number(device.id));
        const otherIds = await tasksRunningBeside(database, { taskId: id, deviceIds });
        const others = await readTaskContents(database, otherIds);
        const codes = new Set([content, ...others].flatMap(({ devices }) => devices.map(({ code }) => code)));
        return planTask(
          content,
          body,
          others,
          await measuredRoundTrips(limitsSources, codes).catch(unlessAway),
        );
      },
    }),
    route({
      method: 'POST',
      url: '/api/acquisition/points/:id/write',
      role: 'engineer',
      sites: ({ params: { id } }) => ({ points: [id] }),
      fresh: true,
      action: 'point.write',
      tag: 'Devices',
      summary: 'Write a point, once',
      about:
        'The point must be `writable`. The value is in engineering units, 64-bit integers as text, enumerated values by name. It is sent once, never repeated automatically, and read back: `before`, `read_back`. The audit log has it before it is sent, and again with its outcome.',
      problems: {
        502: 'The device refused it or could not be reached; nothing was written',
        504: 'It is not known whether the value was written',
      },
      once: { changedNothing: wroteNothing, keepsAnswer: true },
      schema: { params: idOf('Point'), body: writePointBodySchema, response: { 200: writtenPointSchema } },
      handler: async (request, attempt) => ({
        status: 200,
        body: await writePoint(audited(request), {
          pointId: request.params.id,
          value: request.body.value,
          reason: request.body.reason,
          who: whoOf(request),
          actor: actorIn(request),
          from: request.ip,
          requestId: request.id,
          attempt,
        }),
      }),
    }),
  ];
}

/** Without the broker, a plan is calculated as if nothing had been measured, and says so. */
function unlessAway(error: unknown): MeasuredRoundTrips {
  if (error instanceof BrokerUnavailable) return new Map();
  throw error;
}
