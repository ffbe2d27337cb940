import type { GapEvent } from '@holdfast/shared/contracts/http/gap-event-http.ts';
import { Link } from '@tanstack/react-router';
import { AuditButton } from '../audit/audit-button.tsx';
import { EventText } from './event-text.tsx';
import { useWords } from './texts.ts';
import './gap-origins.css';

/** Leads from a gap to the events that caused it, and to the commands behind them; says so where there was no command. */
export function GapOrigins({ session, events }: { session: string; events: readonly GapEvent[] }) {
  const { t } = useWords();
  return events.map(({ sequence, type, time, decided_by, ...about }) => {
    const facts = Object.entries(about).filter(([, value]) => value !== null);
    const event = { sequence, type, data: Object.fromEntries(facts) };
    return (
      <span key={sequence} className="gap-origin small quiet">
        <Link
          to="/sessions/$id/timeline"
          params={{ id: session }}
          search={{ at: time, kind: 'session' }}
          title={t('origin.open')}
        >
          <EventText event={event} />
        </Link>
        {` · ${t(`decided.${decided_by}`)}`}
        <AuditButton event={event} />
      </span>
    );
  });
}
