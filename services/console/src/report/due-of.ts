import type { ReportPart, ReportRow } from '@holdfast/shared/contracts/http/report-http.ts';

/** From when to when ticks of a session were due, or undefined if that is the whole time, or no tick was. */
export function dueOf(
  { by_part, due }: Pick<ReportRow, 'by_part' | 'due'>,
  parts: readonly ReportPart[],
): { readonly from: string; readonly to: string } | undefined {
  const isDue = ({ expected }: { readonly expected: number }) => expected > 0;
  const [first, last] = [by_part.findIndex(isDue), by_part.findLastIndex(isDue)];
  const begins = parts[first];
  const ends = parts[last];
  if (!begins || !ends) return undefined;
  const of = (part: number) => due.find((each) => each.part === part);
  const [from, to] = [of(first)?.from ?? begins.start_time, of(last)?.to ?? ends.end_time];
  return from === parts[0]?.start_time && to === parts.at(-1)?.end_time ? undefined : { from, to };
}
