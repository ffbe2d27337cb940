import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { useMayEverywhere } from '../parts/role-note.tsx';
import { useCollectorTexts } from './texts.ts';

const DrainDialog = lazy(() => import('./drain-dialog.tsx'));

/** Makes a collector release its sessions, or work again. The outcome shows only in the list. */
export function DrainCommand({
  collector,
  others,
}: {
  collector: CollectorView;
  others: readonly CollectorView[];
}) {
  const { t } = useCollectorTexts();
  const isAllowed = useMayEverywhere('engineer');
  const queries = useQueryClient();
  const { note, noteFailure } = useOutcomes();
  const [isOpen, setOpen] = useState(false);
  const { id, state } = collector;
  if (state === 'ended' || state === 'lost') return null;
  const verb = state === 'draining' || state === 'drained' ? 'undrain' : 'drain';
  const reread = () => queries.invalidateQueries({ queryKey: ['system'] });
  const send = async (isForced: boolean) => {
    try {
      const { sessions } = await api.post<{ sessions: number }>(
        `/api/system/collectors/${encodeURIComponent(id)}/${verb}/`,
        isForced ? { force: true } : {},
      );
      const text =
        verb === 'drain'
          ? t('collectors.drain.asked', { collector: id, count: sessions })
          : t('collectors.undrain.asked', { collector: id });
      await reread();
      note({ kind: 'stored', text });
    } catch (error) {
      // The dialog shows the reason and stays open.
      if (error instanceof ApiRefusal && error.status < 500) throw error;
      noteFailure(id, error);
      await reread();
    }
  };
  return (
    <>
      <Button
        className="button"
        isDisabled={!isAllowed}
        aria-label={`${t(`collectors.${verb}`)} ${id}`}
        onPress={() => setOpen(true)}
      >
        {t(`collectors.${verb}`)}
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <DrainDialog {...{ verb, collector, others, send }} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
