import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Reverted, RevertOnly } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api/api.ts';
import { Differences } from '../apply/differences.tsx';
import { useOutcomes } from '../parts/outcomes.tsx';
import { Overlay, OverlayActions } from '../parts/overlay.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { ReasonField } from '../parts/reason-field.tsx';
import { revertPath, useRevertDryRun } from './queries.ts';
import { useChangesTexts } from './texts.ts';
import '../apply/apply.css';

/** Shows what undoing a change would do now, and does exactly that. */
export default function RevertDialog({
  id,
  only,
  onUndone,
  onClose,
}: {
  readonly id: number;
  /** Things of the change to which the undo is limited; all unless given. */
  readonly only?: RevertOnly;
  /** @param changeSet number of the new change, or null where nothing was left to undo */
  onUndone?(changeSet: number | null): void;
  onClose(): void;
}) {
  const { t } = useChangesTexts();
  const queries = useQueryClient();
  const { note, noteFailure } = useOutcomes();
  const dryRun = useRevertDryRun(id, only);
  const { error, isFetching, refetch } = dryRun;
  // A failed comparison leaves the one before, which no longer holds.
  const data = error ? undefined : dryRun.data;
  const [reason, setReason] = useState('');
  const [isSent, setSent] = useState(false);
  const [refusal, setRefusal] = useState<ApiRefusal>();
  const change = String(id);
  const problem = isFetching ? undefined : (refusal ?? error);
  const isNothing = data?.result.results.length === 0;
  const notes = { created: t('changes.item.created'), deleted: t('changes.item.deleted') };
  const undo = async () => {
    setSent(true);
    try {
      // Not repeated if the answer is lost: the repeat would be refused as if nothing had been undone.
      const done = await api.post<Reverted>(revertPath(id), { reason: reason.trim(), only }, {}, data?.etag);
      note({ kind: 'stored', text: t('changes.undo.done', { change }) });
      onClose();
      await queries.invalidateQueries();
      onUndone?.(done.change_set);
    } catch (failure) {
      if (failure instanceof ApiRefusal && failure.status < 500) {
        setRefusal(failure);
        setSent(false);
        return;
      }
      noteFailure(t('changes.one', { change }), failure);
      onClose();
      await queries.invalidateQueries();
    }
  };
  return (
    <Overlay title={t('changes.undo.title', { change })} onClose={onClose}>
      <form
        className="revert"
        onSubmit={(event) => {
          event.preventDefault();
          void undo();
        }}
      >
        <p>{t('changes.undo.text')}</p>
        {isFetching && <p className="quiet">{t('changes.undo.comparing')}</p>}
        {problem && (
          <ProblemText
            title={t('changes.undo.refused')}
            error={problem}
            again={() => {
              setRefusal(undefined);
              void refetch();
            }}
          />
        )}
        {data && isNothing && <p>{t('changes.undo.nothing')}</p>}
        {data && <Differences results={data.result.results} notes={notes} />}
        <ReasonField
          label={t('changes.undo.reason')}
          hint={t('changes.undo.reason.hint')}
          value={reason}
          onReason={setReason}
        />
        <OverlayActions
          isDisabled={isSent || isFetching || data === undefined || isNothing || refusal !== undefined}
          onCancel={onClose}
        >
          {t(isSent ? 'changes.undo.doing' : 'changes.undo.do')}
        </OverlayActions>
      </form>
    </Overlay>
  );
}
