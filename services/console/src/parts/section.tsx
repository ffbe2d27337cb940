import { type ReactNode, useId } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { Age } from './age.tsx';
import './section.css';

/** A titled part of a screen, with the age of what it shows. */
export function Section({
  title,
  asOf,
  actions,
  children,
}: {
  title: string;
  /** When the server read the data; left out where it cannot grow old. */
  asOf?: string | null | undefined;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = usePreferences();
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {asOf != null && (
          <p className="quiet small">
            {t('app.asOf')} <Age since={asOf} isAgo />
          </p>
        )}
        {actions && <div className="section-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
