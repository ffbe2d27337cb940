import * as z from 'zod';
import { safeParseUntrusted } from '../../judgement/parse-untrusted.ts';

/**
 * Why a stored tick has no value of a point that was due:
 * - `timeout`, `connection`, `exception`: as for a tick without any value
 * - `no_value`: the device answered, and what it said is no value, such as NaN
 * - `not_read`: it was not asked for: a setting of the device prevents that, or the present reader came after its turn
 * - `not_told`: a subscribed device has reported nothing about it yet
 */
export const lackCauses = ['timeout', 'connection', 'exception', 'no_value', 'not_read', 'not_told'] as const;
export type LackCause = (typeof lackCauses)[number];

/** Most points of a device: a list has no more of them. */
const codesAtMost = 10_000;
const longestCode = 128;
const setPattern = /^[A-Za-z0-9_-]{22}$/;

export const lackedPointsSchema = z.object({
  cause: z.enum(lackCauses),
  /** Period of these points. */
  period_ms: z.int().positive(),
  codes: z.array(z.string().min(1).max(longestCode)).min(1),
});
export type LackedPoints = z.infer<typeof lackedPointsSchema>;

/** Points that have always been lacking together so far. */
export const lackingSetSchema = z.object({
  /** Names the list: see `lackingSetOf`. */
  set: z.string().regex(setPattern),
  /** The list itself: sent when it is new, and once a minute. */
  points: z
    .array(lackedPointsSchema)
    .min(1)
    .refine(
      (points) => countCodes(points) <= codesAtMost,
      `names more points than a device has: ${codesAtMost} at most`,
    )
    .optional(),
});
export type LackingSet = z.infer<typeof lackingSetSchema>;

/**
 * The due points for which a tick has no value: those of all these sets. A point that is read less often than its
 * device, and was not read when it was due, stays among them until its period is over.
 */
export const lackingSchema = z.array(lackingSetSchema).min(1).max(codesAtMost);
export type Lacking = z.infer<typeof lackingSchema>;

function countCodes(points: readonly { readonly codes: readonly string[] }[]): number {
  return points.reduce((sum, { codes }) => sum + codes.length, 0);
}

/** The same as `lackingSchema`, quicker. */
export function isLacking(lacking: unknown): boolean {
  if (!Array.isArray(lacking) || lacking.length === 0 || lacking.length > codesAtMost) return false;
  return lacking.every((each: unknown) => {
    if (typeof each !== 'object' || each === null) return false;
    const { set, points } = each as Record<string, unknown>;
    if (typeof set !== 'string' || !setPattern.test(set)) return false;
    return points === undefined || safeParseUntrusted(lackingSetSchema, each).success;
  });
}
