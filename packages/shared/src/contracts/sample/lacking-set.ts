import { createHash } from 'node:crypto';

interface LackedPoints {
  readonly cause: string;
  readonly period_ms: number;
  readonly codes: readonly string[];
}

/** The name of a list: the same for the same points and causes in the same order, and for no other. */
export function lackingSetOf(points: readonly LackedPoints[]): string {
  const text = JSON.stringify(points.map(({ cause, period_ms, codes }) => [cause, period_ms, codes]));
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
