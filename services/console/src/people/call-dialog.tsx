import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { holdPage } from '../api/api.ts';
import { FreshLogin } from '../fresh-login/fresh-login.tsx';
import { Overlay, OverlayActions } from '../parts/overlay.tsx';
import { ProblemLink } from '../parts/problem-link.tsx';
import { type PeopleTexts, usePeopleTexts } from './texts.ts';

interface Failure {
  readonly text: string;
  readonly code: string;
}

/** A dialog for one call, which asks for a fresh login where the API wants one. What was typed stays meanwhile. */
export function CallDialog<T>({
  title,
  action,
  isReady = true,
  call,
  onDone,
  onRefused,
  onClose,
  children,
}: {
  title: string;
  /** What the button says, as a verb. */
  action: string;
  isReady?: boolean;
  call: () => Promise<T>;
  onDone: (result: T) => void;
  /** @returns whether the refusal is shown elsewhere */
  onRefused?: (refusal: ApiRefusal) => boolean | Promise<boolean>;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = usePeopleTexts();
  const [step, setStep] = useState<'ask' | 'sending' | 'fresh'>('ask');
  const [failure, setFailure] = useState<Failure>();
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  // The answer may be a secret, and the first key of all ends the access without one.
  useEffect(() => (step === 'sending' ? holdPage() : undefined), [step]);
  const failureAfter = async (error: unknown): Promise<Failure | undefined> => {
    const isShownElsewhere = error instanceof ApiRefusal && (await onRefused?.(error));
    return isShownElsewhere ? undefined : failureOf(t, error);
  };
  const send = async () => {
    if (!isShown.current) return;
    setStep('sending');
    setFailure(undefined);
    try {
      const result = await call();
      if (isShown.current) onDone(result);
    } catch (error) {
      if (!isShown.current) return;
      if (error instanceof ApiRefusal && error.code === 'fresh_authentication_needed') {
        return setStep('fresh');
      }
      try {
        setFailure(await failureAfter(error).catch((other: unknown) => failureOf(t, other)));
      } finally {
        setStep('ask');
      }
    }
  };
  return (
    <Overlay title={title} closedBy={step === 'sending' ? 'none' : 'any'} onClose={onClose}>
      <form
        className="people-form"
        hidden={step === 'fresh'}
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && step === 'ask') void send();
        }}
      >
        {children}
        {failure && (
          <p role="alert" className="people-fault">
            {failure.text} <ProblemLink code={failure.code} />
          </p>
        )}
        <OverlayActions
          isDisabled={!isReady || step === 'sending'}
          isCancelDisabled={step === 'sending'}
          onCancel={onClose}
        >
          {action}
        </OverlayActions>
      </form>
      {step === 'fresh' && (
        <FreshLogin why={t('people.fresh')} onDone={() => void send()} onClose={onClose} />
      )}
    </Overlay>
  );
}

function failureOf(t: PeopleTexts['t'], error: unknown): Failure {
  if (error instanceof NoAnswer) {
    return { text: error.mayHaveArrived ? t('people.unknown') : t('problem.unreached'), code: '' };
  }
  if (!(error instanceof ApiRefusal)) throw error;
  const { errors = [], detail, title } = error.problem;
  const faults = errors.map(({ message }) => message).join(' ');
  return { text: faults || detail || title || error.message, code: errors.length > 0 ? '' : error.code };
}
