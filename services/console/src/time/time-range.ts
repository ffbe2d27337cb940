import { midnight } from './zone-clock.ts';

/**
 * The time that a screen shows, as the address has it and the API takes it: `-24h` begins that long ago and continues,
 * `today` and `yesterday` begin at midnight in the plant, anything else is a moment. Without an end it lasts until now.
 */
export interface TimeRange {
  readonly from: string;
  readonly to?: string | undefined;
}

/** A range in an address, where every part may be left out. */
export interface AddressedRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface TimeSpan {
  readonly from: Date;
  readonly to: Date;
  /** Whether the range continues, so that its end is now. */
  readonly isLive: boolean;
}

const ago = /^-(\d{1,4})([mhdw])$/;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
export type RangeUnit = keyof typeof unitMs;

/** How long ago a relative beginning is, or undefined for any other. */
export function agoOf(from: string): { readonly n: number; readonly unit: RangeUnit } | undefined {
  const [, n, unit] = ago.exec(from) ?? [];
  return n === undefined ? undefined : { n: Number(n), unit: unit as RangeUnit };
}

/** Reads the range in an address; parts that cannot be understood are left out, so that defaults apply. */
export function timeRangeSearch(search: Record<string, unknown>): AddressedRange {
  const { from, to } = search;
  if (typeof from !== 'string' || !isTime(from)) return { from: undefined, to: undefined };
  if (to === undefined || to === 'now') return { from, to: undefined };
  if (typeof to !== 'string' || !isTime(to)) return { from: undefined, to: undefined };
  const { from: begin, to: end } = spanOf({ from, to }, 'UTC', new Date());
  return begin < end ? { from, to } : { from: undefined, to: undefined };
}

function isTime(text: string): boolean {
  if (text === 'today' || text === 'yesterday') return true;
  const ago = agoOf(text);
  return ago ? ago.n > 0 : /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text));
}

/** @param zone the plant's zone, in which days begin */
export function spanOf({ from, to }: TimeRange, zone: string, now: Date): TimeSpan {
  return {
    from: momentOf(from, zone, now),
    to: to === undefined ? now : momentOf(to, zone, now),
    isLive: to === undefined,
  };
}

/** The range for a call of the API, which does not know the plant's days. */
export function rangeQuery({ from, to }: TimeRange, zone: string): { from: string; to?: string } {
  // The same moment for both ends: at midnight a day could otherwise get 48 hours.
  const now = new Date();
  const instant = (text: string) => (agoOf(text) ? text : momentOf(text, zone, now).toISOString());
  return to === undefined ? { from: instant(from) } : { from: instant(from), to: instant(to) };
}

function momentOf(text: string, zone: string, now: Date): Date {
  if (text === 'today') return midnight(zone, now);
  if (text === 'yesterday') return midnight(zone, now, 1);
  const ago = agoOf(text);
  return ago ? new Date(now.getTime() - ago.n * unitMs[ago.unit]) : new Date(text);
}
