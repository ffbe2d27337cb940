import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api, apiRoot } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { Overlay } from '../parts/overlay.tsx';
import { refusalText } from './refusal-text.ts';
import { useAccountTexts } from './texts.ts';

/** Asks once more for the password, or leads to the company's sign-on, and back. */
export default function FreshLoginDialog({ onAnswer }: { onAnswer: (isShown: boolean) => void }) {
  const { t } = useAccountTexts();
  const me = useMe();
  const [password, setPassword] = useState('');
  const [refusal, setRefusal] = useState<string>();
  const [isSent, setSent] = useState(false);
  const send = async () => {
    setSent(true);
    try {
      await api.post('/api/login/again/', { password });
      onAnswer(true);
    } catch (error) {
      setRefusal(refusalText(t, error));
      setSent(false);
    }
  };
  return (
    <Overlay title={t('fresh.title')} onClose={() => onAnswer(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSent) void send();
        }}
      >
        <p>{t('fresh.why')}</p>
        {me?.has_password === false ? (
          <>
            <p>{t('fresh.company')}</p>
            <a className="button is-main" href={companyAddress()}>
              {t('fresh.company.do')}
            </a>
          </>
        ) : (
          <>
            <input type="text" hidden readOnly autoComplete="username" value={me?.login ?? ''} />
            <label className="labelled">
              {t('account.password')}
              <input
                className="field"
                type="password"
                autoComplete="current-password"
                required
                maxLength={256}
                // biome-ignore lint/a11y/noAutofocus: the dialog asks for nothing else
                autoFocus
                value={password}
                onChange={({ target }) => setPassword(target.value)}
              />
            </label>
            {refusal && <p role="alert">{refusal}</p>}
            <div className="overlay-actions">
              <Button className="button" onPress={() => onAnswer(false)}>
                {t('command.cancel')}
              </Button>
              <Button className="button is-main" type="submit" isDisabled={isSent}>
                {t('fresh.do')}
              </Button>
            </div>
          </>
        )}
      </form>
    </Overlay>
  );
}

function companyAddress(): string {
  const to = location.pathname + location.search;
  return new URL(`api/login/company?${new URLSearchParams({ again: 'true', to })}`, apiRoot).href;
}
