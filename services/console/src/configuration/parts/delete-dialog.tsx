import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { api } from '../../api/api.ts';
import { useSessions } from '../../changes/queries.ts';
import { Overlay, OverlayActions } from '../../parts/overlay.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { ReasonField } from '../../parts/reason-field.tsx';
import { nameOf } from '../../sessions/session-state.ts';
import { useNoteChange } from '../last-change.tsx';
import { pathOf } from '../queries.ts';
import { useConfigurationTexts } from '../texts.ts';
import '../../apply/apply.css';

interface DialogProps {
  /** Name of the item, or how many there are. */
  readonly name: string;
  onDeleted(): void;
  onClose(): void;
}

/** Deletes devices or points with what depends on them, which it shows first. */
export function DeleteDialog({
  kind,
  ids,
  ...rest
}: DialogProps & { readonly kind: 'device' | 'point'; readonly ids: readonly number[] }) {
  const { t } = useConfigurationTexts();
  const path = `${pathOf(kind)}delete/`;
  const body = { ids, cascade: true };
  // What a user is about to confirm must not change under the cursor: the entity tag refuses a preview that is too old.
  const preview = useQuery({
    queryKey: ['preview', 'delete', kind, ids],
    queryFn: () => api.dryRun<Reverted>(path, body),
    ...{ retry: false, gcTime: 0, staleTime: Number.POSITIVE_INFINITY },
  });
  const { data, error, isFetching, refetch } = preview;
  const results = error ? [] : (data?.result.results ?? []);
  return (
    <Confirm
      {...rest}
      isReady={data !== undefined && !error && !isFetching}
      problem={isFetching ? undefined : (error ?? undefined)}
      again={() => void refetch()}
      remove={async (reason) =>
        (
          await api.change<Reverted>('POST', path, {
            body: { ...body, reason },
            ...(data?.etag !== undefined && { ifMatch: data.etag }),
          })
        ).changeSet
      }
    >
      {isFetching ? (
        <p className="quiet">{t('config.delete.looking')}</p>
      ) : (
        data && (
          <Consequences kind={kind} idCount={ids.length} results={results} counts={data.result.counts} />
        )
      )}
    </Confirm>
  );
}

/** Deletes a task or a site, to which nothing may refer. */
export function DeleteItemDialog({
  kind,
  id,
  etag,
  ...rest
}: DialogProps & { readonly kind: 'task' | 'site'; readonly id: number; readonly etag: string | undefined }) {
  const { t } = useConfigurationTexts();
  return (
    <Confirm
      {...rest}
      isReady
      remove={async (reason) =>
        (
          await api.change('DELETE', pathOf(kind, id), {
            query: { reason: reason || undefined },
            ...(etag !== undefined && { ifMatch: etag }),
          })
        ).changeSet
      }
    >
      <p>{t(`config.delete.${kind}`)}</p>
    </Confirm>
  );
}

const namesShown = 10;
const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

function Consequences({
  kind,
  idCount,
  results,
  counts,
}: {
  kind: 'device' | 'point';
  idCount: number;
  /** The first 500. */
  results: Reverted['results'];
  counts: Reverted['counts'];
}) {
  const { t } = useConfigurationTexts();
  const points = counts.deleted - idCount;
  const tasks = results.filter((each) => each.kind === 'task');
  const ids = new Set(tasks.map(({ id }) => id));
  const sessions = (useSessions().data?.results ?? []).filter(({ task_id: id }) => ids.has(id));
  const emptied = tasks.filter(({ fields: { device_ids: field } }) => isEmptyList(field?.after));
  const names = (all: readonly string[], count = all.length) => {
    const visibleNames = all.slice(0, namesShown);
    return visibleNames.join(t('app.list')) + (count > visibleNames.length ? ' …' : '');
  };
  return (
    <ul className="consequences">
      {kind === 'device' && <li>{t('config.delete.points', { count: points })}</li>}
      {/* Only tasks stay, and lose what is deleted. */}
      {counts.changed > 0 && (
        <li>
          {t('config.delete.tasks', { count: counts.changed })}
          {t('app.colon')}
          <strong>
            {names(
              tasks.map(({ code }) => code),
              counts.changed,
            )}
          </strong>
        </li>
      )}
      {emptied.map(({ id, code }) => (
        <li key={id}>{t('config.delete.emptied', { name: code })}</li>
      ))}
      {sessions.length > 0 && (
        <li>
          {t('config.delete.sessions', { count: sessions.length })}
          {t('app.colon')}
          <strong>{names(sessions.map(nameOf))}</strong>
        </li>
      )}
      <li>{t('config.delete.kept')}</li>
    </ul>
  );
}

function Confirm({
  name,
  isReady,
  problem,
  again,
  remove,
  onDeleted,
  onClose,
  children,
}: DialogProps & {
  readonly isReady: boolean;
  readonly problem?: Error | undefined;
  again?(): void;
  /** @returns the number of the change set */
  remove(reason: string): Promise<number | undefined>;
  readonly children: ReactNode;
}) {
  const { t } = useConfigurationTexts();
  const noteChange = useNoteChange();
  const [reason, setReason] = useState('');
  const removal = useMutation({
    mutationFn: () => remove(reason.trim()),
    onSuccess: (changeSet) => {
      onDeleted();
      onClose();
      return noteChange({ text: t('config.deleted', { name }), name, changeSet });
    },
  });
  const error = problem ?? removal.error ?? undefined;
  return (
    <Overlay title={t('config.delete.title', { name })} onClose={onClose}>
      <form
        className="revert"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !removal.isPending) removal.mutate();
        }}
      >
        {children}
        {error && (
          <>
            <ProblemText
              title={t('config.delete.refused')}
              error={error}
              {...(again && {
                again: () => {
                  removal.reset();
                  again();
                },
              })}
            />
            <Referrers error={error} />
          </>
        )}
        <ReasonField
          label={t('config.reason')}
          hint={t('config.reason.hint')}
          value={reason}
          onReason={setReason}
        />
        <OverlayActions
          isDisabled={!isReady || removal.isPending || (removal.isError && again !== undefined)}
          onCancel={onClose}
        >
          {t(removal.isPending ? 'config.deleting' : 'config.delete')}
        </OverlayActions>
      </form>
    </Overlay>
  );
}

const shownKinds = ['devices', 'tasks', 'active_sessions'] as const;

/** What still refers to the item, each with the way there. */
function Referrers({ error }: { error: Error }) {
  const { t } = useConfigurationTexts();
  if (!(error instanceof ApiRefusal)) return null;
  const { referenced_by: by } = error.problem as { readonly referenced_by?: Record<string, string[]> };
  if (by === undefined) return null;
  return (
    <ul className="consequences">
      {shownKinds.map((each) => {
        const codes = by[each] ?? [];
        return codes.length === 0 ? null : (
          <li key={each}>
            {t(`config.delete.by.${each}`)}
            {t('app.colon')}
            {codes.map((code, index) => (
              <span key={code}>
                {index > 0 && t('app.list')}
                {each === 'active_sessions' ? (
                  <Link to="/sessions" search={{ session: code }}>
                    {code}
                  </Link>
                ) : (
                  <Link to={`/configuration/${each}`} search={{ find: code }}>
                    {code}
                  </Link>
                )}
              </span>
            ))}
          </li>
        );
      })}
    </ul>
  );
}
