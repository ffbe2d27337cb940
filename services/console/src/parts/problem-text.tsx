import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../app/preferences.tsx';
import type { PlainKey } from '../i18n/texts.ts';
import { ProblemLink } from './problem-link.tsx';

/** Advice on refusals about identity and roles. */
const whatToDo: Readonly<Record<string, PlainKey>> = {
  role_too_low: 'problem.role_too_low',
  site_not_granted: 'problem.site_not_granted',
  no_keys_yet: 'problem.no_keys_yet',
  login_over_http_refused: 'problem.login_over_http_refused',
  origin_refused: 'problem.origin_refused',
  company_grants_missing: 'problem.company_grants_missing',
};

/** A problem in the words of the server, what to do about it, and a way to try again. */
export function ProblemText({ title, error, again }: { title: string; error: Error; again?: () => void }) {
  const { t, language } = usePreferences();
  const isRefused = error instanceof ApiRefusal;
  const detail = isRefused ? (error.problem.detail ?? error.problem.title) : error.message;
  const todo = error instanceof NoAnswer ? 'problem.unreached' : isRefused ? whatToDo[error.code] : undefined;
  return (
    <div className="empty" role="alert">
      <h2>{title}</h2>
      {todo && <p>{t(todo)}</p>}
      {isRefused && !todo && language !== 'en' && <p>{error.problem.title}</p>}
      <p lang={isRefused ? undefined : 'en'} className={todo && 'quiet small'}>
        {detail}
      </p>
      {isRefused && <ProblemLink code={error.code} />}
      {again && (
        <Button className="button" onPress={again}>
          {t('app.again')}
        </Button>
      )}
    </div>
  );
}
