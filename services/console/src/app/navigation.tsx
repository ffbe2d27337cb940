import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Icon } from '../parts/icon.tsx';
import { usePreferences } from './preferences.tsx';
import { screenGroups, screens } from './screens.ts';

/** Links to every screen: a column beside them, or a menu where there is no room for it. */
export function Navigation() {
  const { t } = usePreferences();
  const [isOpen, setOpen] = useState(false);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone to another screen needs the menu no more
  useEffect(() => setOpen(false), [path]);
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
          const own = screens.filter((each) => each.group === group);
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
