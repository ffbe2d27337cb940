import * as z from 'zod';

const msOfUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A duration with its unit, so that it need not be guessed: `250ms`, `1.5s`, `10m`, `2h`, `1d`. */
export const durationSchema = z
  .string('must be a time with its unit: 250ms, 1.5s, 10m, 2h')
  .regex(pattern, 'must be a time with its unit: 250ms, 1.5s, 10m, 2h')
  // This check also runs on texts that the pattern has refused.
  .refine((text) => !pattern.test(text) || durationMs(text) <= 86_400_000 * 365, 'must be at most 365d');

/** @throws RangeError for a text that is no duration */
export function durationMs(text: string): number {
  const [, amount, unit] = pattern.exec(text) ?? [];
  const factor = msOfUnit[unit ?? ''];
  if (factor === undefined) throw new RangeError(`${text} is no duration`);
  return Number(amount) * factor;
}
