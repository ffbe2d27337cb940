import * as z from 'zod';
import { parseUntrusted } from '../judgement/parse-untrusted.ts';
import { deviceStatuses } from './session-status.ts';
import { subjects } from './subjects.ts';
import { wordsSchema } from './text.ts';

/** One message on `health.<collectorId>.<taskId>.<deviceId>`: a device's status changed. */
export const deviceHealthChangeSchema = z.object({
  v: z.literal(1),
  session: z.string(),
  task: z.string(),
  device_id: z.string(),
  device: z.string(),
  collector: z.string(),
  from: z.enum(deviceStatuses).nullable(),
  to: z.enum(deviceStatuses),
  detail: wordsSchema,
  /** RFC 3339. */
  time: z.string(),
});
export type DeviceHealthChange = z.infer<typeof deviceHealthChangeSchema>;

export function encodeHealthChange(change: DeviceHealthChange): string {
  return JSON.stringify(change);
}

/** Undefined for what has no known form, and for what a collector says in another one's name. */
export function parseHealthChange(text: string, subject: string): DeviceHealthChange | undefined {
  const change = parseUntrusted(deviceHealthChangeSchema, text);
  if (!change) return undefined;
  const { collector, task, device_id } = change;
  return subjects.health(collector, task, device_id) === subject ? change : undefined;
}
