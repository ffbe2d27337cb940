import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { type ReactNode, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { FreshLogin } from '../fresh-login/fresh-login.tsx';
import { Overlay } from '../parts/overlay.tsx';
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
  onRefused?: (refusal: ApiRefusal) => boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = usePeopleTexts();
  const [step, setStep] = useState<'ask' | 'sending' | 'fresh'>('ask');
  const [failure, setFailure] = useState<Failure>();
  const send = async () => {
    setStep('sending');
    setFailure(undefined);
    try {
      onDone(await call());
    } catch (error) {
      const refusal = error instanceof ApiRefusal ? error : undefined;
      if (refusal?.code === 'fresh_authentication_needed') return setStep('fresh');
      setStep('ask');
      if (!refusal || !onRefused?.(refusal)) setFailure(failureOf(t, error));
    }
  };
  return (
    <Overlay title={title} onClose={onClose}>
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
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={!isReady || step === 'sending'}>
            {action}
          </Button>
        </div>
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
