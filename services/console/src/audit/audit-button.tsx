import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { roleAt, useMe } from '../api/me.ts';
import { Explanation } from '../parts/explanation.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { useAuditTexts } from './texts.ts';
import './audit.css';
import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';
import { Overlay } from '../parts/overlay.tsx';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { usePlantTime } from '../time/plant-time.tsx';

/** Leads from an event to its command in the audit log. Users who may not read that see only the event, and why. */
export function AuditButton({ event }: { event: Pick<SessionEventView, 'data'> }) {
  const { t } = useAuditTexts();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const { trace_id: trace } = (event.data ?? {}) as { trace_id?: string };
  const whyNot = useWhyNot('administrator', (whoever) => roleAt(whoever, []));
  if (trace === undefined || me === undefined) return null;
  if (whyNot !== undefined) {
    return (
      <span className="quiet small">
        {' '}
        <Explanation meaning={whyNot} isDisabled>
          {t('audit.open')}
        </Explanation>
      </span>
    );
  }
  return (
    <>
      {' '}
      <Button className="button is-bare audit-button" onPress={() => setOpen(true)}>
        {t('audit.open')}
      </Button>
      {isOpen && <AuditDialog trace={trace} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Shows what the audit log has of one trace: who asked for what, from where, and what came of it. */
function AuditDialog({ trace, onClose }: { trace: string; onClose: () => void }) {
  const { t } = useAuditTexts();
  const query = useQuery({
    queryKey: ['audit', trace],
    queryFn: async () => (await api.get<{ results: AuditView[] }>('/api/system/audit/', { trace })).results,
  });
  return (
    <Overlay title={t('audit.title')} onClose={onClose}>
      <QueryAnswer
        query={query}
        title={t('audit.failed')}
        isEmpty={(entries) => entries.length === 0}
        empty={<p>{t('audit.none')}</p>}
      >
        {(entries) => entries.map((entry) => <Entry key={entry.id} entry={entry} />)}
      </QueryAnswer>
      <p className="quiet small audit-trace">
        {t('audit.trace')} <code>{trace}</code>
      </p>
    </Overlay>
  );
}

function Entry({ entry }: { entry: AuditView }) {
  const { t } = useAuditTexts();
  const plant = usePlantTime();
  const { who, actor, from, action, target, outcome, detail, time } = entry;
  const facts = [
    [t('audit.who'), `${who} (${t(`audit.kind.${actor.kind}`)})`],
    [t('audit.claimed'), actor.claimed],
    [t('audit.from'), from],
    [t('audit.what'), `${action}${t('app.comma')}${target}`],
    [t('audit.when'), plant.whole(new Date(time))],
    [t('audit.outcome'), [t(`audit.outcome.${outcome}`), detail].filter(Boolean).join(t('app.colon'))],
  ];
  return (
    <dl className="audit-entry">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
