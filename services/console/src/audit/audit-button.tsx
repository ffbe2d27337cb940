import type { SessionEventView } from '@holdfast/shared/contracts/http/session-http.ts';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { roleAt, useMe } from '../api/me.ts';
import { useAuditTexts } from './texts.ts';
import './audit.css';

const AuditDialog = lazy(() => import('./audit-dialog.tsx'));

/** Leads from an event to the command that it came of, for whoever may read the audit log; others see by whom in the event itself. */
export function AuditButton({ event }: { event: Pick<SessionEventView, 'data'> }) {
  const { t } = useAuditTexts();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const { trace_id: trace } = (event.data ?? {}) as { trace_id?: string };
  if (trace === undefined || me === undefined || roleAt(me, []) !== 'administrator') return null;
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
