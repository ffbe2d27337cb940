import { Link, Navigate, Outlet, useRouterState } from '@tanstack/react-router';
import { highestRole } from '../api/me.ts';
import { useWhyNot } from '../parts/role-note.tsx';
import { LastChangeBar, LastChangeProvider } from './last-change.tsx';
import { useConfigurationTexts } from './texts.ts';
import '../parts/table.css';
import './configuration.css';

const kinds = ['devices', 'tasks', 'sites'] as const;

/** What is configured, for those who may change it. */
export default function ConfigurationScreen() {
  const { t } = useConfigurationTexts();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // The API judges each site.
  const whyNot = useWhyNot('engineer', highestRole);
  if (whyNot !== undefined) {
    return (
      <div className="empty">
        <h1>{t('config.title')}</h1>
        <p>{whyNot}</p>
        <Link to="/devices">{t('nav.devices')}</Link>
      </div>
    );
  }
  if (/\/configuration\/?$/.test(path)) return <Navigate to="/configuration/devices" replace />;
  return (
    <LastChangeProvider>
      <div className="configuration">
        <header className="config-top">
          <p className="config-title">{t('config.title')}</p>
          <nav className="filter" aria-label={t('config.kinds')}>
            {kinds.map((each) => (
              <Link key={each} to={`/configuration/${each}`}>
                {t(`config.${each}`)}
              </Link>
            ))}
          </nav>
        </header>
        <LastChangeBar />
        <Outlet />
      </div>
    </LastChangeProvider>
  );
}
