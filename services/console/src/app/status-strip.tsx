import type { ReactNode } from 'react';
import { SeverityMark } from '../parts/mark.tsx';
import { useSummaries } from '../sessions/summaries.ts';
import { shareText } from '../time/share.ts';
import { usePreferences } from './preferences.tsx';

/** The plant in one line: what is read, what was kept, and whether it gets to where it belongs. */
export function StatusStrip() {
  const { t, locale } = usePreferences();
  const { data } = useSummaries('24h', false);
  if (data === undefined) return <div className="strip" />;
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const { results } = data;
  const due = results.filter(({ status }) => status === 'running' || status === 'error');
  const silent = due.filter(({ attention }) => attention.some(({ severity }) => severity === 1)).length;
  const sum = (of: (session: (typeof results)[number]) => number) =>
    results.reduce((all, each) => all + of(each), 0);
  const expected = sum(({ counts }) => counts?.expected ?? 0);
  const stored = sum(({ counts }) => counts?.stored ?? 0);
  const now = sum(({ values_per_s: { now } }) => now ?? 0);
  const planned = sum(({ status, values_per_s }) => (status === 'running' ? (values_per_s.planned ?? 0) : 0));
  const answering = sum(({ devices }) => (devices ? devices.total - devices.failing - devices.unknown : 0));
  const devices = sum(({ devices }) => devices?.total ?? 0);
  return (
    <dl className="strip">
      <Figure name={t('strip.read')} value={numbers.format(due.length - silent)}>
        {t('strip.read.of', { count: due.length })}
        {silent > 0 && (
          <span className="strip-alarm">
            <SeverityMark severity={1} /> {t('strip.read.missing', { count: silent })}
          </span>
        )}
      </Figure>
      <Figure
        name={t('strip.ticks', { range: t('range.24h') })}
        value={expected > 0 ? shareText(locale, stored, expected) : '–'}
      >
        {expected > stored ? t('strip.ticks.missing', { count: expected - stored }) : t('strip.ticks.all')}
      </Figure>
      <Figure name={t('strip.values')} value={numbers.format(now)}>
        {t('strip.values.of', { count: Math.round(planned * 10) / 10 })}
      </Figure>
      <Figure name={t('strip.devices')} value={numbers.format(answering)}>
        {t('strip.devices.of', { count: devices })}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> <span>{children}</span>
      </dd>
    </div>
  );
}
