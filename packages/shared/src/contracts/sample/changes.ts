import * as z from 'zod';
import { untrustedRecord } from '../../judgement/parse-untrusted.ts';

type Value = number | boolean | string;

/** The value is uncertain. */
export const uncertainFlag = 1;
/** The value is a 64-bit integer in decimal. */
export const integerFlag = 2;
/** The source itself gives the time of the value; otherwise it is the time of its arrival. */
export const sourceTimeFlag = 4;
const allFlags = uncertainFlag | integerFlag | sourceTimeFlag;

/**
 * A value that a subscribed device reported: ms after the sample's `time` (negative: before), value, flags unless they
 * are 0.
 */
export type Change = readonly [offsetMs: number, value: Value, flags?: number];

const digits = /^-?[0-9]{1,20}$/;
const valueSchema = z.union([z.number(), z.boolean(), z.string()]);

/** Values of several times by point code, the oldest first. */
export type Changes = Readonly<Record<string, readonly Change[]>>;

export const changesSchema: z.ZodType<Changes> = untrustedRecord(
  z.array(
    z
      .union([
        z.tuple([z.int(), valueSchema]),
        z.tuple([z.int(), valueSchema, z.int().nonnegative().max(allFlags)]),
      ])
      .refine((change) => isDigits(change as Change), 'a 64-bit integer is its decimal text'),
  ),
);

/** The same as `changesSchema`, quicker. */
export function areChanges(changes: unknown): boolean {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) return false;
  return Object.values(changes).every((list) => Array.isArray(list) && list.every(isChange));
}

function isChange(change: unknown): boolean {
  if (!Array.isArray(change) || change.length < 2 || change.length > 3) return false;
  const [offset, value, flags = 0] = change as unknown[];
  const isValue =
    typeof value === 'number'
      ? Number.isFinite(value)
      : typeof value === 'string' || typeof value === 'boolean';
  const areFlags = Number.isSafeInteger(flags) && (flags as number) >= 0 && (flags as number) <= allFlags;
  return Number.isSafeInteger(offset) && isValue && areFlags && isDigits(change as unknown as Change);
}

function isDigits([, value, flags = 0]: Change): boolean {
  return (flags & integerFlag) === 0 || (typeof value === 'string' && digits.test(value));
}

export function countChanges(changes: Changes | undefined): number {
  let count = 0;
  for (const code in changes) count += changes[code]?.length ?? 0;
  return count;
}
