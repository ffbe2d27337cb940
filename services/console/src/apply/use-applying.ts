import type { Reconfigured } from '@holdfast/shared/contracts/http/reconfigure-http.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/api.ts';
import { type Outcome, outcomeOfFailure, useOutcomes } from '../parts/outcomes.tsx';
import { nameOf } from '../sessions/session-state.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useApplyTexts } from './texts.ts';

export type SessionToApply = Pick<SessionView, 'id' | 'task_code'>;

export const pathOf = (id: string) => `/api/acquisition/sessions/${encodeURIComponent(id)}/reconfigure/`;

interface ApplyRequest {
  readonly session: SessionToApply;
  readonly body: { readonly reason: string | null; readonly force: boolean };
  /** Identifies the change that the user has seen. */
  readonly etag: string;
}

/** Applies the change to each session by itself, so that a refusal does not stop the others. */
export function useApplying() {
  const { t } = useApplyTexts();
  const plant = usePlantTime();
  const queries = useQueryClient();
  const { note } = useOutcomes();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome | 'asked'>>();
  const isThere = useRef(true);
  useEffect(() => {
    isThere.current = true;
    return () => {
      isThere.current = false;
    };
  }, []);

  const outcomeOf = ({ status, to, effective_at: at }: Reconfigured, session: string): Outcome => {
    const version = String(to);
    const text =
      status === 'paused' || at === null
        ? t('apply.done.paused', { session, version })
        : t('apply.done', { session, version, time: plant.clock(new Date(at), true) });
    return { kind: 'stored', text };
  };
  const ask = async ({ session, body, etag }: ApplyRequest): Promise<void> => {
    const name = nameOf(session);
    const outcome = await api.command<Reconfigured>(pathOf(session.id), body, etag).then(
      (done) => outcomeOf(done, name),
      (error: unknown) => outcomeOfFailure(t, name, error),
    );
    // The outcome is shown even if the dialog is closed.
    if (isThere.current) setOutcomes((before) => new Map(before).set(session.id, outcome));
    else note(outcome);
  };
  const apply = (all: readonly ApplyRequest[]) => {
    setOutcomes(new Map(all.map(({ session }) => [session.id, 'asked'])));
    void Promise.all(all.map(ask)).then(() => queries.invalidateQueries({ queryKey: ['sessions'] }));
  };
  return { outcomes, apply };
}
