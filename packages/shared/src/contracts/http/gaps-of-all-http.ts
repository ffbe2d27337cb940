import * as z from 'zod';
import { gapCauses } from '../../domain/gaps/gap-causes.ts';
import { commaList } from './comma-list.ts';
import { evidenceHead, evidenceQuery, filterText } from './evidence-http.ts';
import { gapEventsSchema, traceText } from './gap-event-http.ts';
import { cursorText, gapOfAllCursor, pageSchema } from './page.ts';

export const gapsOfAllQuerySchema = z.object({
  ...evidenceQuery,
  cursor: cursorText(gapOfAllCursor),
  device: filterText('Code of a device: only its ticks'),
  cause: commaList(gapCauses).optional().describe('One cause, or several with commas between them'),
  trace: traceText,
});

/** Ticks that devices of one session lack over the same time, for the same cause and event. */
export const jointGapSchema = z.object({
  cause: z.enum(gapCauses),
  /** In words for people. */
  detail: z.string(),
  /** Scheduled time of the first tick, and of the first one after it. */
  start_time: z.string(),
  end_time: z.string(),
  /** Sum over its devices. */
  ticks: z.int(),
  /** Codes of the first twenty. */
  devices: z.array(z.string()),
  device_count: z.int(),
  events: gapEventsSchema,
});
export type JointGap = z.infer<typeof jointGapSchema>;

export const gapOfAllSchema = jointGapSchema.extend({ session_id: z.string(), task_code: z.string() });
export type GapOfAll = z.infer<typeof gapOfAllSchema>;

export const gapsOfAllSchema = pageSchema(gapOfAllSchema).extend(evidenceHead);
export type GapsOfAll = z.infer<typeof gapsOfAllSchema>;
