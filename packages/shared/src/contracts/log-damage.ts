import * as z from 'zod';

/**
 * A supervisor has found that SESSIONS has lost events: value in the WAITING bucket under `logDamageKey`, written again every few
 * seconds for as long as that holds.
 */
export const logDamageSchema = z.object({
  v: z.literal(1),
  host: z.string(),
  /** In words for people. */
  detail: z.string(),
  /** RFC 3339 */
  since: z.string(),
});
export type LogDamage = z.infer<typeof logDamageSchema>;

/**
 * How often it is written again. A reader that has not heard of it for three times as long takes its supervisor for
 * gone.
 */
export const logDamageRepeatMs = 10_000;

const prefix = 'log-damage-';

/** Differs from the key of any task: ids of tasks are numbers. */
export function logDamageKey(instance: string): string {
  return `${prefix}${instance}`;
}

export function isLogDamageKey(key: string): boolean {
  return key.startsWith(prefix);
}
