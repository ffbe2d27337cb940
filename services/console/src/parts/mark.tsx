import { usePreferences } from '../app/preferences.tsx';

export type Severity = 1 | 2 | 3;

/** Shows a severity by shape, number and colour. Next to a figure the sign is `!`, which cannot be taken for a number. */
export function SeverityMark({ severity, sign = severity }: { severity: Severity; sign?: Severity | '!' }) {
  const { t } = usePreferences();
  const shape = { 1: 'M1 1h14v14H1z', 2: 'M8 0.5 16 15H0z', 3: 'M8 0 16 8 8 16 0 8z' }[severity];
  return (
    <svg
      className={`mark severity-${severity}`}
      viewBox="0 0 16 16"
      role="img"
      aria-label={t(`severity.${severity}`)}
    >
      <path d={shape} />
      <text x="8" y={severity === 2 ? 13.2 : 11.8} textAnchor="middle">
        {sign}
      </text>
    </svg>
  );
}

/** Normal states have a plain sign, which needs no colour. */
export function StateMark({ state }: { state: 'running' | 'paused' | 'stopped' | 'error' }) {
  const shape = {
    running: 'M1 6h14v4H1z',
    paused: 'M3 2h3.5v12H3zM9.5 2H13v12H9.5z',
    stopped: 'M3 3h10v10H3z',
    error: 'M3 3h10v10H3z',
  }[state];
  return (
    <svg className={`mark state-mark is-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shape} />
    </svg>
  );
}
