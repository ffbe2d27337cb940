import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { roleAt, useMe } from '../api/me.ts';
import { Explanation } from '../parts/explanation.tsx';
import { useWhyNot } from '../parts/role-note.tsx';
import { useAuditTexts } from './texts.ts';
import './audit.css';

const AuditDialog = lazy(() => import('./audit-dialog.tsx'));

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
      {isOpen && (
        <Suspense fallback={null}>
          <AuditDialog trace={trace} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
