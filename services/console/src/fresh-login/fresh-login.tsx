import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api, apiRoot, currentScreen } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { useFreshTexts } from './texts.ts';

/** Asks the user to log in again. */
export function FreshLogin({
  why,
  onDone,
  onClose,
}: {
  /** Says which action needs it. */
  why: string;
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useFreshTexts();
  const me = useMe();
  const [password, setPassword] = useState('');
  const [isSent, setSent] = useState(false);
  const [fault, setFault] = useState<string>();
  if (me?.has_password === false) {
    return (
      <div className="write-result">
        <p>{why}</p>
        <p className="quiet small">{t('fresh.company.how')}</p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <a
            className="button is-main"
            href={
              new URL(
                `api/login/company?${new URLSearchParams({ again: 'true', to: currentScreen() })}`,
                apiRoot,
              ).href
            }
          >
            {t('fresh.company')}
          </a>
        </div>
      </div>
    );
  }
  const send = async () => {
    setSent(true);
    try {
      await api.post('/api/login/again/', { password });
      onDone();
    } catch (error) {
      if (!(error instanceof ApiRefusal || error instanceof NoAnswer)) throw error;
      const detail = error instanceof ApiRefusal ? (error.problem.detail ?? '') : error.message;
      setFault(t('fresh.wrong', { detail }));
      setSent(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (password !== '' && !isSent) void send();
      }}
    >
      <p>{why}</p>
      <label className="labelled">
        {t('fresh.password')}
        <input
          className="field"
          type="password"
          autoComplete="current-password"
          value={password}
          // biome-ignore lint/a11y/noAutofocus: the dialog asks for nothing else
          autoFocus
          onChange={({ target }) => setPassword(target.value)}
        />
        {fault && (
          <span className="field-fault small" role="alert">
            {fault}
          </span>
        )}
      </label>
      <div className="overlay-actions">
        <Button className="button" onPress={onClose}>
          {t('command.cancel')}
        </Button>
        <Button className="button is-main" type="submit" isDisabled={password === '' || isSent}>
          {t('fresh.do')}
        </Button>
      </div>
    </form>
  );
}
