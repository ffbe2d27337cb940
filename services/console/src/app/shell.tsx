import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { highestRole, useIsMePending, useMe } from '../api/me.ts';
import { LiveChanges } from '../live/live-changes.tsx';
import { Icon, type IconName, Logo } from '../parts/icon.tsx';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { PaletteButton, useShellDialogs } from './keyboard.tsx';
import { readSetting, usePreferences } from './preferences.tsx';
import { StaleBanner } from './stale-banner.tsx';
import { StatusStrip } from './status-strip.tsx';
import './shell.css';
import { mayOpen, screenGroups, screens } from './screens.ts';

/** The frame of every screen: navigation, state of the plant, and the person. */
export function Shell() {
  const { t } = usePreferences();
  const { setOpen, dialog } = useShellDialogs();
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t('app.skip')}
      </a>
      <header className="top">
        <Link to="/" className="brand" aria-label="Holdfast">
          <Logo />
          <span className="brand-name">Holdfast</span>
        </Link>
        <PaletteButton onPress={() => setOpen('palette')} />
        <PlantClock />
        <LanguageButton />
        <ThemeButton />
        <Person onPress={() => setOpen('account')} />
      </header>
      <Navigation />
      <main id="content" className="content" tabIndex={-1}>
        <StaleBanner />
        <StatusStrip />
        <Outlet />
      </main>
      <LiveChanges />
      {dialog}
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
  const { t, clock } = usePreferences();
  const plant = usePlantTime();
  const now = useNow();
  return (
    <p className="clock" title={plant.zone}>
      <span className="quiet clock-label">{t(`app.clock.${clock}`)}</span>{' '}
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
  // Each press has a visible effect. It goes to the other colours, and leaves the choice to the system where it has those.
  const toggle = () => {
    const other = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    const ofSystem = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    setTheme(other === ofSystem ? 'system' : other);
  };
  return (
    <Button className="button is-bare theme-button" aria-label={t(`app.theme.${theme}`)} onPress={toggle}>
      <Icon name={theme satisfies IconName} />
    </Button>
  );
}

function Person({ onPress }: { onPress: () => void }) {
  const { t, setLanguage } = usePreferences();
  const me = useMe();
  const ofPerson = me?.language ?? null;
  useEffect(() => {
    // The language of the user's account applies where none was chosen in this browser.
    if (ofPerson !== null && readSetting('language') === null) setLanguage(ofPerson);
  }, [ofPerson, setLanguage]);
  const role = me && highestRole(me);
  const name = me === undefined ? '' : me.kind === 'local' ? t('app.thisMachine') : me.name;
  return (
    <Button
      className="button is-bare person"
      aria-label={[t('app.account'), name, role && t(`role.${role}`)].filter(Boolean).join(' ')}
      onPress={onPress}
    >
      <Icon name="person" />
      <strong className="person-name">{name}</strong>{' '}
      {role && <span className="quiet person-role">{t(`role.${role}`)}</span>}
    </Button>
  );
}

/** Links to every screen: a column next to them, or a menu where there is no room for it. */
function Navigation() {
  const { t } = usePreferences();
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone to another screen needs the menu no more
  useEffect(() => setOpen(false), [path]);
  const me = useMe();
  // Screens that need a role do not show up only to vanish when the API has said who the user is.
  const isPending = useIsMePending();
  const here = screens.find(({ to }) => (to === '/' ? path === to : path.startsWith(to)));
  return (
    <nav
      className={isOpen ? 'nav is-open' : 'nav'}
      aria-label={t('nav.screens')}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setOpen(false);
      }}
    >
      <Button className="button is-bare nav-button" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
        <Icon name="menu" />
        {here ? t(here.name) : t('nav.menu')}
      </Button>
      <div className="nav-lists">
        {screenGroups.map((group) => {
          const own = screens.filter(
            (each) => each.group === group && !(isPending && 'role' in each) && mayOpen(me, each),
          );
          return own.length === 0 ? null : (
            <div key={group}>
              {group !== 'plant' && <p className="nav-group">{t(`nav.group.${group}`)}</p>}
              <ul>
                {own.map(({ to, icon, name }) => (
                  <li key={to}>
                    <Link to={to} activeOptions={{ exact: to === '/' }}>
                      <Icon name={icon} />
                      {t(name)}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
        <Link to="/licences" className="small licences-link">
          {t('app.licences')}
        </Link>
      </div>
    </nav>
  );
}
