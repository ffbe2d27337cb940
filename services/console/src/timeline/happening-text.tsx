import { AuditButton } from '../audit/audit-button.tsx';
import { durationText } from '../time/duration.ts';
import { EventText } from '../words/event-text.tsx';
import { GapOrigins } from '../words/gap-origins.tsx';
import { useWords } from '../words/texts.ts';
import type { Happening } from './merge-feed.ts';
import { useTimelineTexts } from './texts.ts';

/** An event of the session, a change of a device or a gap, in a sentence. */
export function HappeningText({ session, row }: { session: string; row: Happening }) {
  const { t } = useTimelineTexts();
  const { t: word } = useWords();
  switch (row.kind) {
    case 'session':
      return (
        <span>
          <EventText event={row.raw} />
          <AuditButton event={row.raw} />
        </span>
      );
    case 'device': {
      const { device, to, detail } = row.raw;
      return (
        <span>
          {t('feed.became', { device, status: word(`device.${to}`) })}
          {detail !== '' && <span className="quiet"> {detail}</span>}
        </span>
      );
    }
    case 'gap': {
      const { device, ticks, cause, events, start_time: start, end_time: end } = row.raw;
      const duration = durationText(t, (Date.parse(end) - Date.parse(start)) / 1_000);
      return (
        <span>
          {t('feed.gap', { count: ticks, device, duration, cause: word(`cause.${cause}`) })}
          <GapOrigins session={session} events={events} />
        </span>
      );
    }
    default:
      return row satisfies never;
  }
}
