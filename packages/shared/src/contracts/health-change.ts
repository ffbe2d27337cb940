import * as z from 'zod';
import { deviceStatuses } from './session-status.ts';

/** One message on `health.<taskId>.<deviceId>`: a device's status changed. */
export const deviceHealthChangeSchema = z.object({
  v: z.literal(1),
  session: z.string(),
  task: z.string(),
  device_id: z.string(),
  device: z.string(),
  collector: z.string(),
  from: z.enum(deviceStatuses).nullable(),
  to: z.enum(deviceStatuses),
  detail: z.string(),
  /** RFC 3339. */
  time: z.string(),
});
export type DeviceHealthChange = z.infer<typeof deviceHealthChangeSchema>;

export function encodeHealthChange(change: DeviceHealthChange): string {
  return JSON.stringify(change);
}

/** Undefined for what has no known form. */
export function parseHealthChange(text: string): DeviceHealthChange | undefined {
  try {
    return deviceHealthChangeSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
