import { Link, Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button } from 'react-aria-components/Button';
import { apiRoot } from '../api/api.ts';
import { highestRole, useMe } from '../api/me.ts';
import { LiveChanges } from '../live/live-changes.tsx';
import { Icon, type IconName, Logo } from '../parts/icon.tsx';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { Navigation } from './navigation.tsx';
import { themes, usePreferences } from './preferences.tsx';
import { StaleBanner } from './stale-banner.tsx';
import { StatusStrip } from './status-strip.tsx';
import './shell.css';

/** The frame of every screen: navigation, state of the plant, and the person. */
export function Shell() {
  const { t } = usePreferences();
  useEffect(() => {
    const find = (event: KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const field = document.querySelector<HTMLInputElement>('#find');
      if (field === null) return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    addEventListener('keydown', find);
    return () => removeEventListener('keydown', find);
  }, []);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <Logo />
          Holdfast
        </Link>
        <PlantClock />
        <LanguageButton />
        <ThemeButton />
        <Person />
      </header>
      <Navigation />
      <main id="content" className="content" tabIndex={-1}>
        <StaleBanner />
        <StatusStrip />
        <Outlet />
      </main>
      <LiveChanges />
    </div>
  );
}

export function NoScreen() {
  const { t } = usePreferences();
  return (
    <div className="empty">
      <p>{t('app.noScreen')}</p>
      <Link to="/">{t('nav.overview')}</Link>
    </div>
  );
}

/** A screen that could not be loaded, as after an update of the server, or that has failed. */
export function FailedScreen({ error }: { error: unknown }) {
  const { t } = usePreferences();
  return (
    <div className="empty" role="alert">
      <h2>{t('app.chunk')}</h2>
      <p lang="en" className="quiet small">
        {String(error)}
      </p>
      <Button className="button" onPress={() => location.reload()}>
        {t('app.reload')}
      </Button>
    </div>
  );
}

function PlantClock() {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const now = useNow();
  return (
    <p className="clock" title={plant.zone}>
      <span className="quiet clock-label">{t('app.plantTime')}</span>{' '}
      <strong>{plant.clock(now, true)}</strong> <span className="quiet">{plant.offset(now)}</span>
    </p>
  );
}

function LanguageButton() {
  const { t, language, setLanguage } = usePreferences();
  const other = language === 'en' ? 'zh' : 'en';
  return (
    <Button className="button is-bare" aria-label={t('app.language')} onPress={() => setLanguage(other)}>
      <span lang={other}>{other === 'zh' ? '中文' : 'EN'}</span>
    </Button>
  );
}

function ThemeButton() {
  const { t, theme, setTheme } = usePreferences();
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  return (
    <Button className="button is-bare" aria-label={t(`app.theme.${theme}`)} onPress={() => setTheme(next)}>
      <Icon name={theme satisfies IconName} />
    </Button>
  );
}

function Person() {
  const { t } = usePreferences();
  const me = useMe();
  if (me === undefined) return null;
  const role = highestRole(me);
  return (
    <div className="person">
      <p>
        <strong>{me.kind === 'local' ? t('app.thisMachine') : me.name}</strong>{' '}
        {role && <span className="quiet">{t(`role.${role}`)}</span>}
      </p>
      {me.kind === 'user' && (
        <form method="post" action={new URL('logout', apiRoot).href}>
          <Button type="submit" className="button is-bare">
            {t('app.logout')}
          </Button>
        </form>
      )}
    </div>
  );
}
