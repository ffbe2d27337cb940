import * as z from 'zod';
import { storableText } from './storable-text.ts';

export const pointHistoryQuerySchema = z.object({
  point_code: storableText(128).min(1),
  /** Device code; all devices when left out. */
  device: storableText(128).optional(),
  /** Only this session's values, where the database keeps sessions (PostgreSQL does). */
  session_id: storableText(64).optional(),
  /** `now`, `-30m` (s, m, h, d, w) or RFC 3339. */
  start_time: z.string().max(64).optional(),
  end_time: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(1).max(50_000).default(1_000),
});

export const pointHistorySchema = z.object({
  start_time: z.string(),
  end_time: z.string(),
  /** Ascending by time; the latest ones when there are more than the limit. */
  results: z.array(
    z.object({
      time: z.string(),
      device: z.string(),
      point_code: z.string(),
      value: z.union([z.number(), z.boolean(), z.string()]),
    }),
  ),
  limit_reached: z.boolean(),
});
export type PointHistory = z.infer<typeof pointHistorySchema>;
