import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Reconfigured } from '@holdfast/shared/contracts/http/reconfigure-http.ts';
import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import type { Outcome } from '../parts/outcomes.tsx';
import { Overlay, OverlayActions } from '../parts/overlay.tsx';
import { ProblemLink } from '../parts/problem-link.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { ReasonField } from '../parts/reason-field.tsx';
import { nameOf } from '../sessions/session-state.ts';
import { Differences } from './differences.tsx';
import { useApplyTexts } from './texts.ts';
import { pathOf, type SessionToApply, useApplying } from './use-applying.ts';
import './apply.css';

/** Most sessions at once: people are to read each difference before they apply it. */
const togetherAtMost = 50;

/** Shows what each session would read differently, applies exactly these changes, and shows each outcome. */
export default function ApplyDialog({
  sessions: sessionsAtFirst,
  onClose,
}: {
  readonly sessions: readonly SessionToApply[];
  onClose(): void;
}) {
  const { t } = useApplyTexts();
  // The first list is kept, because sessions leave it once they have taken the change.
  const [all] = useState(sessionsAtFirst);
  const sessions = all.slice(0, togetherAtMost);
  const [forcedIds, setForcedIds] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const dryRuns = useQueries({
    queries: sessions.map(({ id }) => ({
      queryKey: ['reconfigure', id, forcedIds.has(id)],
      queryFn: () => api.post<Reconfigured>(pathOf(id), { dry_run: true, force: forcedIds.has(id) }),
      // An earlier change takes effect within seconds.
      retry: (count: number, error: Error) =>
        count < 5 && error instanceof ApiRefusal && error.code === 'reconfiguration_pending',
      retryDelay: 1_000,
      gcTime: 0,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const { outcomes, apply } = useApplying();
  const isComparing = dryRuns.some(({ isFetching }) => isFetching);
  const count = dryRuns.filter(({ data }) => data?.is_changed).length;
  const [first] = sessions;
  const isOne = all.length === 1 && first !== undefined;
  const submit = () => {
    if (isComparing || count === 0) return;
    apply(
      sessions.flatMap((session, index) => {
        const dryRun = dryRuns[index]?.data;
        const body = { reason: reason.trim() || null, force: forcedIds.has(session.id) };
        return dryRun?.is_changed ? [{ session, body, etag: dryRun.etag }] : [];
      }),
    );
  };
  if (outcomes) {
    return (
      <Overlay title={t('apply.outcomes')} onClose={onClose}>
        <ul className="apply-sessions" aria-live="polite">
          {sessions.map((session) => (
            <SessionOutcome key={session.id} session={session} outcome={outcomes.get(session.id)} />
          ))}
        </ul>
        <div className="overlay-actions">
          <Button className="button is-main" onPress={onClose}>
            {t('app.close')}
          </Button>
        </div>
      </Overlay>
    );
  }
  return (
    <Overlay
      title={
        isOne
          ? t('apply.title', { session: nameOf(first) })
          : t('apply.title.many', { sessions: String(all.length) })
      }
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>{t('apply.text')}</p>
        {all.length > sessions.length && (
          <p>{t('apply.first', { shown: String(sessions.length), all: String(all.length) })}</p>
        )}
        <ul className="apply-sessions">
          {sessions.map((session, index) => {
            const result = dryRuns[index];
            return (
              <li key={session.id}>
                {!isOne && <h3>{nameOf(session)}</h3>}
                {result && (
                  <SessionDifferences
                    dryRun={result}
                    force={() => setForcedIds((before) => new Set(before).add(session.id))}
                  />
                )}
              </li>
            );
          })}
        </ul>
        <ReasonField
          label={t('apply.reason')}
          hint={t('apply.reason.hint')}
          value={reason}
          onReason={setReason}
        />
        <OverlayActions isDisabled={isComparing || count === 0} onCancel={onClose}>
          {isOne ? t('apply.do') : t('apply.do.many', { count })}
        </OverlayActions>
      </form>
    </Overlay>
  );
}

/** One session's differences, or why it continues as it is. */
function SessionDifferences({
  dryRun: { data, error, isFetching, refetch },
  force,
}: {
  readonly dryRun: UseQueryResult<Reconfigured, Error>;
  force(): void;
}) {
  const { t } = useApplyTexts();
  if (isFetching) return <p className="quiet">{t('apply.comparing')}</p>;
  if (error) {
    return (
      <>
        <ProblemText title={t('apply.refused')} error={error} again={() => void refetch()} />
        {error instanceof ApiRefusal && error.code === 'cannot_hold' && (
          <Button className="button" onPress={force}>
            {t('apply.force')}
          </Button>
        )}
      </>
    );
  }
  if (!data) return null;
  return data.is_changed ? <Differences results={data.results} /> : <p className="quiet">{data.detail}</p>;
}

/** The outcome for one session. */
function SessionOutcome({
  session,
  outcome,
}: {
  readonly session: SessionToApply;
  /** Undefined where the session was not asked, because it reads so already or has refused. */
  readonly outcome: Outcome | 'asked' | undefined;
}) {
  const { t } = useApplyTexts();
  if (outcome === undefined) return null;
  if (outcome === 'asked') return <li className="quiet">{t('apply.doing', { session: nameOf(session) })}</li>;
  return (
    <li className={`apply-outcome is-${outcome.kind}`}>
      {outcome.text} <ProblemLink code={outcome.code ?? ''} />
    </li>
  );
}
