import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../app/preferences.tsx';
import type { Translate } from '../i18n/texts.ts';
import { Icon } from './icon.tsx';
import { ProblemLink } from './problem-link.tsx';

/** The outcome of a command: kept until the user dismisses it, unless all is well. */
export interface Outcome {
  readonly kind: 'stored' | 'refused' | 'unknown' | 'unreached';
  readonly text: string;
  /** Code of the problem, where there is one. */
  readonly code?: string;
}

type NotedOutcome = Outcome & { readonly id: number };

interface Outcomes {
  note(outcome: Outcome): void;
  /** Notes why a command failed. @param about what was to be changed */
  noteFailure(about: string, error: unknown): void;
}

const OutcomesContext = createContext<Outcomes | undefined>(undefined);

export function useOutcomes(): Outcomes {
  const outcomes = use(OutcomesContext);
  if (outcomes === undefined) throw new Error('there are no outcomes above this component');
  return outcomes;
}

/** Outcomes of commands, over whatever screen is open. Good news disappears by itself. */
export function OutcomesProvider({ children }: { children: ReactNode }) {
  const { t } = usePreferences();
  const [outcomes, setOutcomes] = useState<readonly NotedOutcome[]>([]);
  const note = useCallback(
    (outcome: Outcome) =>
      setOutcomes((before) => [...before.slice(-3), { ...outcome, id: performance.now() }]),
    [],
  );
  const noteFailure = useCallback(
    (session: string, error: unknown) => note(outcomeOfFailure(t, session, error)),
    [note, t],
  );
  const dismiss = useCallback((id: number) => setOutcomes((all) => all.filter((each) => each.id !== id)), []);
  const value = useMemo(() => ({ note, noteFailure }), [note, noteFailure]);
  return (
    <OutcomesContext value={value}>
      {children}
      <div className="outcomes" role="status">
        {outcomes.map((each) => (
          <OutcomeText key={each.id} {...each} dismiss={dismiss} />
        ))}
      </div>
    </OutcomesContext>
  );
}

function OutcomeText({
  id,
  kind,
  text,
  code = '',
  dismiss,
}: NotedOutcome & { dismiss: (id: number) => void }) {
  const { t } = usePreferences();
  useEffect(() => {
    if (kind !== 'stored') return;
    const timer = setTimeout(() => dismiss(id), 6_000);
    return () => clearTimeout(timer);
  }, [id, kind, dismiss]);
  return (
    <div className={`outcome is-${kind}`}>
      <p>
        {text} <ProblemLink code={code} />
      </p>
      <Button className="button is-bare" aria-label={t('command.dismiss')} onPress={() => dismiss(id)}>
        <Icon name="close" />
      </Button>
    </div>
  );
}

/** @throws any error that is neither a refusal nor a lost answer */
export function outcomeOfFailure(t: Translate, about: string, error: unknown): Outcome {
  const [kind, detail] = failureOf(error);
  const code = error instanceof ApiRefusal ? error.code : '';
  return { kind, text: t(`command.${kind}`, { session: about, detail }), code };
}

function failureOf(error: unknown): ['refused' | 'unknown' | 'unreached', string] {
  if (error instanceof NoAnswer) return [error.mayHaveArrived ? 'unknown' : 'unreached', error.message];
  if (!(error instanceof ApiRefusal)) throw error;
  const { title = '', detail = '' } = error.problem;
  return [error.code === 'outcome_unknown' ? 'unknown' : 'refused', detail || title];
}
