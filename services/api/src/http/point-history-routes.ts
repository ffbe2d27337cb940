import {
  type PointHistory,
  pointHistoryQuerySchema,
  pointHistorySchema,
} from '@holdfast/shared/contracts/http/point-history-http.ts';
import type { HistoryDevice, SampleStore } from '@holdfast/shared/sample-store/sample-store.ts';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import { validationFailed } from './api-problem.ts';
import { timeOf } from './relative-time.ts';

/** Below /api/acquisition/sessions. */
export function pointHistoryRoutes(options: {
  database: Database;
  samples: Pick<SampleStore, 'history'>;
}): FastifyPluginCallbackZod {
  const { database, samples } = options;
  return (app, _options, done) => {
    app.get(
      '/point-history',
      { schema: { querystring: pointHistoryQuerySchema, response: { 200: pointHistorySchema } } },
      async ({ query }): Promise<PointHistory> => {
        const now = new Date();
        const start = timeOf('start_time', query.start_time || '-1h', now);
        const end = timeOf('end_time', query.end_time || 'now', now);
        if (start >= end) {
          throw validationFailed([{ path: 'start_time', message: 'must be before end_time' }]);
        }
        const points = await samples.history({
          pointCode: query.point_code,
          ...(query.device ? { devices: [await historyDevice(database, query.device)] } : {}),
          ...(query.session_id ? { sessionId: query.session_id } : {}),
          start,
          end,
          limit: query.limit,
        });
        return {
          start_time: start.toISOString(),
          end_time: end.toISOString(),
          results: points.map(({ time, device, pointCode, value }) => ({
            time: time.toISOString(),
            device,
            point_code: pointCode,
            value,
          })),
          limit_reached: points.length >= query.limit,
        };
      },
    );
    done();
  };
}

/** A device that is no longer configured, or cannot be asked for, wrote under its own code unless told otherwise. */
async function historyDevice(database: Database, deviceCode: string): Promise<HistoryDevice> {
  try {
    const device = await database
      .selectFrom('devices')
      .select('measurement')
      .where('code', '=', deviceCode)
      .executeTakeFirst();
    return { deviceCode, measurement: device?.measurement ?? deviceCode };
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return { deviceCode, measurement: deviceCode };
    throw error;
  }
}
