import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { useSearch } from '@tanstack/react-router';
import { type AddressedRange, timeRangeSearch } from '../time/time-range.ts';

/** Written out here: importing them would bring the API's schemas into the first load. */
export const outcomes = [
  'done',
  'refused',
  'failed',
  'unknown',
  'requested',
] as const satisfies AuditView['outcome'][];
export type Outcome = (typeof outcomes)[number];

/** The entries that are shown, as the address has them; parts that are left out have their defaults. */
export interface AuditSearch extends AddressedRange {
  /** A part of a name or id. */
  readonly who?: string | undefined;
  /** A part of the target. */
  readonly target?: string | undefined;
  /** `session.stop`, or `session` for all actions of a kind. */
  readonly action?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly trace?: string | undefined;
  /** Id of the entry that is shown in detail. */
  readonly entry?: string | undefined;
}

/** Leaves out what the API would refuse. */
export function auditSearch(search: Record<string, unknown>): AuditSearch {
  return {
    ...timeRangeSearch(search),
    who: textOf(search.who),
    target: textOf(search.target),
    action: textOf(search.action, /^[a-z_]{1,32}(\.[a-z_]{1,32})?$/),
    outcome: outcomes.find((each) => each === search.outcome),
    trace: textOf(search.trace, /^[0-9a-f]{32}$/),
    entry: textOf(search.entry),
  };
}

function textOf(value: unknown, pattern = /^.{1,200}$/su): string | undefined {
  // The router reads `?target=7` as a number.
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && pattern.test(text) ? text : undefined;
}

export function useAuditSearch() {
  const { from = '-7d', to, entry, ...filter } = useSearch({ from: '/audit' });
  return { range: { from, to }, entry, filter };
}
