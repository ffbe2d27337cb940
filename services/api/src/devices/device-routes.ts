import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import {
  deviceTestSchema,
  writePointBodySchema,
  writtenPointSchema,
} from '@holdfast/shared/contracts/http/device-call-http.ts';
import { taskPlanBodySchema, taskPlanSchema } from '@holdfast/shared/contracts/http/task-plan-http.ts';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { whoOf } from '../access/access-control.ts';
import { readTaskContent, readTaskContents } from '../configuration/config-versions.ts';
import type { Once } from '../http/idempotency.ts';
import { traceParentOf } from '../http/request-trace.ts';
import { BrokerUnavailable } from '../ports.ts';
import { readDevice } from './device-content.ts';
import { labelsOfTasks, tasksRunningBeside } from './endpoint-holders.ts';
import type { ShownLimitsSources } from './learned-limits/shown-limits.ts';
import { type MeasuredRoundTrips, measuredRoundTrips } from './measured-round-trips.ts';
import { planTask } from './task-plan.ts';
import { testDevice } from './test-device.ts';
import { type WritePointOptions, writePoint } from './write-point.ts';

const idOf = (what: string) =>
  z.object({
    id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).describe(`${what} id`),
  });
const testMs = 5_000;

/** Below /api: what asks a device now, by way of a collector. */
export function deviceRoutes(
  sources: WritePointOptions,
  learned: ShownLimitsSources,
  once: Once,
): FastifyPluginCallbackZod {
  const { database, collectors } = sources;
  /** Its two entries say more than the one that every change gets. */
  const audited = (request: FastifyRequest): WritePointOptions => ({
    ...sources,
    audit: async (entry) => {
      await sources.audit(entry);
      request.isAudited = true;
    },
  });
  return (app, _options, done) => {
    app.post(
      '/config/devices/:id/test',
      { schema: { params: idOf('Device'), body: noFieldsSchema, response: { 200: deviceTestSchema } } },
      async ({ params: { id }, raw }) =>
        testDevice({
          database,
          collectors,
          device: await readDevice(database, id),
          labels: await labelsOfTasks(database, id),
          withinMs: testMs,
          traceparent: traceParentOf(raw),
        }),
    );
    app.post(
      '/config/tasks/:id/plan',
      { schema: { params: idOf('Task'), body: taskPlanBodySchema, response: { 200: taskPlanSchema } } },
      async ({ params: { id }, body }) => {
        const content = await readTaskContent(database, id);
        const others = await readTaskContents(database, await tasksRunningBeside(database, id));
        const codes = new Set([content, ...others].flatMap(({ devices }) => devices.map(({ code }) => code)));
        return planTask(content, body, others, await measuredRoundTrips(learned, codes).catch(unlessAway));
      },
    );
    app.post(
      '/acquisition/points/:id/write',
      {
        schema: { params: idOf('Point'), body: writePointBodySchema, response: { 200: writtenPointSchema } },
      },
      (request, reply) =>
        // A device may have taken the value wherever its outcome is not known: then the key stays taken.
        once(
          { request, reply, changedNothing: ({ status }) => status !== 500 && status !== 504 },
          async (attempt) => ({
            status: 200,
            body: await writePoint(audited(request), {
              pointId: request.params.id,
              value: request.body.value,
              reason: request.body.reason,
              who: whoOf(request),
              from: request.ip,
              requestId: request.id,
              attempt,
            }),
          }),
        ),
    );
    done();
  };
}

/** Without the broker a plan is reckoned as if nothing had been measured, and says so. */
function unlessAway(error: unknown): MeasuredRoundTrips {
  if (error instanceof BrokerUnavailable) return new Map();
  throw error;
}
