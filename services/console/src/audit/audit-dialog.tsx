import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { AuditEntry } from './audit-entry.tsx';
import { useTrace } from './queries.ts';
import { useAuditTexts } from './texts.ts';

/** Shows what the audit log has of one trace: who asked for what, from where, and what came of it. */
export default function AuditDialog({ trace, onClose }: { trace: string; onClose: () => void }) {
  const { t } = useAuditTexts();
  const query = useTrace(trace);
  return (
    <Overlay title={t('audit.title')} onClose={onClose}>
      <QueryAnswer
        query={query}
        title={t('audit.failed')}
        isEmpty={(entries) => entries.length === 0}
        empty={<p>{t('audit.none')}</p>}
      >
        {(entries) =>
          entries.map((entry) => <AuditEntry key={`${entry.stream} ${entry.sequence}`} entry={entry} />)
        }
      </QueryAnswer>
      <p className="quiet small audit-trace">
        {t('audit.trace')} <code>{trace}</code>
      </p>
    </Overlay>
  );
}
