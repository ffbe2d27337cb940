import { consoleRoot } from '../api/api.ts';
import { usePreferences } from '../app/preferences.tsx';

/** Leads from a problem to its paragraph in the documents, in a new tab, so that typed text stays. */
export function ProblemLink({ code }: { code: string }) {
  const { t } = usePreferences();
  if (code === '') return null;
  const to = new URL(`problems?${new URLSearchParams({ code })}`, consoleRoot);
  return (
    <a href={to.href} target="_blank" rel="noreferrer" className="small problem-link">
      {t('problem.more')} <code>{code}</code>
    </a>
  );
}
