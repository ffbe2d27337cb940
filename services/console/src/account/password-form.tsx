import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { useAccountTexts } from './texts.ts';

const empty = { password: '', next: '', repeat: '' };

/** Changes the user's own password. */
export function PasswordForm({ login }: { login: string }) {
  const { t } = useAccountTexts();
  const queries = useQueryClient();
  const { note } = useOutcomes();
  const [fields, setTyped] = useState(empty);
  const [fault, setFault] = useState<string>();
  const [isSent, setSent] = useState(false);
  const send = async () => {
    if (fields.next.normalize('NFC').length < 12) return setFault(t('account.password.short'));
    if (fields.next !== fields.repeat) return setFault(t('account.password.other'));
    setSent(true);
    setFault(undefined);
    try {
      await api.post('/api/me/password/', { password: fields.password, new_password: fields.next });
      setTyped(empty);
      // The message says that all other logins have ended, so it waits until the list shows it, too.
      await queries.invalidateQueries({ queryKey: ['me', 'logins'] });
      note({ kind: 'stored', text: t('account.password.done') });
    } catch (error) {
      setFault(refusalText(t, error));
    }
    setSent(false);
  };
  const field = (name: keyof typeof empty, label: string, complete: string) => (
    <label className="labelled">
      {label}
      <input
        className="field"
        type="password"
        required
        maxLength={256}
        autoComplete={complete}
        value={fields[name]}
        onChange={({ target }) => setTyped({ ...fields, [name]: target.value })}
      />
    </label>
  );
  return (
    <details>
      <summary>{t('account.password.change')}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSent) void send();
        }}
      >
        <input type="text" hidden readOnly autoComplete="username" value={login} />
        {field('password', t('account.password'), 'current-password')}
        {field('next', t('account.password.new'), 'new-password')}
        {field('repeat', t('account.password.repeat'), 'new-password')}
        <p className="quiet small">{t('account.password.hint')}</p>
        {fault && <p role="alert">{fault}</p>}
        <Button className="button" type="submit" isDisabled={isSent}>
          {t('account.password.do')}
        </Button>
      </form>
    </details>
  );
}

type Translate = ReturnType<typeof useAccountTexts>['t'];

/** Why a password was not taken, in words that say what to do. */
function refusalText(t: Translate, error: unknown): string {
  if (error instanceof NoAnswer) return t('problem.unreached');
  if (!(error instanceof ApiRefusal)) throw error;
  if (error.code === 'login_failed') return t('account.refused.password');
  if (error.code === 'login_delayed') return t('account.refused.delayed', { s: error.retryAfter ?? '60' });
  return error.problem.detail ?? error.problem.title ?? error.message;
}
