import { ownAccount } from '@holdfast/api-client/own-account.ts';
import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { api, apiRoot } from '../api/api.ts';
import { useMe } from '../api/me.ts';
import { clocks, themes } from '../app/preferences.tsx';
import { languages } from '../i18n/language.ts';
import { useOutcomes } from '../parts/outcomes.tsx';
import { Overlay } from '../parts/overlay.tsx';
import { ownZone, usePlantTime } from '../time/plant-time.tsx';
import { Logins } from './logins.tsx';
import { PasswordForm } from './password-form.tsx';
import { useAccountTexts } from './texts.ts';
import './account.css';

/** The user's account: who they are, how they like the console, and where they are logged in. */
export default function AccountDialog({ onClose }: { onClose: () => void }) {
  const { t } = useAccountTexts();
  const me = useMe();
  return (
    <Overlay title={t('account.title')} onClose={onClose}>
      <div className="account">
        {me && <Who me={me} />}
        <Settings />
        {me?.kind === 'user' && (
          <>
            <Logins />
            {me.has_password && <PasswordForm login={me.login ?? ''} />}
            <LogOut />
          </>
        )}
      </div>
    </Overlay>
  );
}

function LogOut() {
  const { t } = useAccountTexts();
  const { noteFailure } = useOutcomes();
  const [isSent, setSent] = useState(false);
  const leave = async () => {
    setSent(true);
    try {
      await ownAccount(api).logOut();
      location.assign(new URL('login?done=logout', apiRoot));
    } catch (error) {
      noteFailure(t('account.logins.about'), error);
      setSent(false);
    }
  };
  return (
    <Button className="button is-main" isDisabled={isSent} onPress={() => void leave()}>
      {t('account.logout')}
    </Button>
  );
}

function Who({ me }: { me: Me }) {
  const { t } = useAccountTexts();
  if (me.kind === 'local') return <p>{t('account.local')}</p>;
  const roles = me.grants.map(({ role, sites }) =>
    sites.includes('*')
      ? t('account.role.everywhere', { role: t(`role.${role}`) })
      : t('account.role.at', { role: t(`role.${role}`), sites: sites.join(t('app.list')) }),
  );
  return (
    <section>
      <h3>{me.name}</h3>
      {me.kind === 'key' && <p>{t('account.key')}</p>}
      <dl className="account-facts">
        {me.login !== null && (
          <>
            <dt>{t('account.login')}</dt>
            <dd>{me.login}</dd>
          </>
        )}
        <dt>{t('account.role')}</dt>
        <dd>{roles.length > 0 ? roles.join(t('app.semicolon')) : t('account.role.none')}</dd>
      </dl>
    </section>
  );
}

const languageNames = { en: 'English', zh: '中文' } as const;

function Settings() {
  const { t, language, setLanguage, theme, setTheme, clock, setClock } = useAccountTexts();
  const { ofPlant } = usePlantTime();
  const zoneOf = { plant: ofPlant, own: ownZone() };
  return (
    <section className="account-settings">
      <h3>{t('account.settings')}</h3>
      <Choice
        label={t('account.language')}
        all={languages}
        value={language}
        name={(each) => languageNames[each]}
        onChange={setLanguage}
      />
      <Choice
        label={t('account.theme')}
        all={themes}
        value={theme}
        name={(each) => t(`account.theme.${each}`)}
        onChange={setTheme}
      />
      <Choice
        label={t('account.clock')}
        all={clocks}
        value={clock}
        name={(each) =>
          each === 'utc' ? t('account.clock.utc') : t(`account.clock.${each}`, { zone: zoneOf[each] })
        }
        onChange={setClock}
      />
    </section>
  );
}

function Choice<T extends string>({
  label,
  all,
  value,
  name,
  onChange,
}: {
  label: string;
  all: readonly T[];
  value: T;
  name: (each: T) => string;
  onChange: (value: T) => void;
}) {
  return (
    <label className="labelled">
      {label}
      <select className="choice" value={value} onChange={({ target }) => onChange(target.value as T)}>
        {all.map((each) => (
          <option key={each} value={each}>
            {name(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
