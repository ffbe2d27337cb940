import { usePreferences } from '../app/preferences.tsx';
import { SeverityMark } from './mark.tsx';

/** The meaning of the marks: the number in them is the urgency, not a count. */
export function MarkLegend() {
  const { t } = usePreferences();
  return ([1, 2, 3] as const).map((severity) => (
    <li key={severity}>
      <SeverityMark severity={severity} />
      <span aria-hidden="true">{t(`severity.${severity}`)}</span>
    </li>
  ));
}
