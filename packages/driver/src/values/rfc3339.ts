const form = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

/**
 * ms since 1970 for a time in RFC 3339, with or without seconds, or undefined for anything else. A day that its month does
 * not have is not a time: `Date.parse` takes 30 February for 2 March.
 */
export function rfc3339Ms(text: string): number | undefined {
  const [, day] = form.exec(text) ?? [];
  if (day === undefined) return undefined;
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
