import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useOverview } from '../api/overview.ts';
import { Explanation } from '../parts/explanation.tsx';
import { type Severity, SeverityMark } from '../parts/mark.tsx';
import { ageText } from '../time/duration.ts';
import { shareText } from '../time/share.ts';
import { usePreferences } from './preferences.tsx';

/** The plant in one line: what is read, what was stored, and whether samples get to their database. */
export function StatusStrip() {
  const { t, locale } = usePreferences();
  const { data } = useOverview();
  if (data === undefined) return <div className="strip" />;
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const { sessions, ticks, values_per_s: values, devices, collectors, sinks, not_asked: notAsked } = data;
  const missing = ticks ? ticks.expected - ticks.stored : 0;
  const due = sessions.running + sessions.error;
  return (
    <>
      <dl className="strip">
        <Figure
          name={t('strip.read')}
          value={numbers.format(due - sessions.silent)}
          severity={sessions.silent > 0 ? 1 : undefined}
        >
          <Link to="/sessions" search={sessions.silent > 0 ? { show: 'attention' } : {}}>
            {t('strip.read.of', { count: due })}
            {sessions.silent > 0 && `${t('app.comma')}${t('strip.read.missing', { count: sessions.silent })}`}
          </Link>
        </Figure>
        <Figure
          name={
            <Explanation meaning={t('word.tick.means')}>
              {t('strip.ticks', { range: t('range.h', { n: 24 }) })}
            </Explanation>
          }
          value={ticks && ticks.expected > 0 ? shareText(locale, ticks.stored, ticks.expected) : '–'}
        >
          {ticks === null ? (
            t('strip.ticks.unknown')
          ) : (
            <Link to="/completeness">
              {missing > 0
                ? t('strip.ticks.missing', { count: missing })
                : t(ticks.expected > 0 ? 'strip.ticks.all' : 'strip.ticks.none')}
            </Link>
          )}
        </Figure>
        <Figure name={t('strip.values')} value={numbers.format(values.now)}>
          {t('strip.values.of', { count: Math.round(values.planned * 10) / 10 })}
        </Figure>
        <Figure
          name={t('strip.devices')}
          value={numbers.format(devices.total - devices.failing - devices.unknown)}
          severity={devices.failing > 0 ? 2 : undefined}
        >
          <Link to="/devices" search={devices.failing > 0 ? { condition: 'failing' } : {}}>
            {[
              t('strip.devices.of', { count: devices.total }),
              devices.failing > 0 && t('strip.devices.failing', { count: devices.failing }),
            ]
              .filter(Boolean)
              .join(t('app.comma'))}
          </Link>
        </Figure>
        {collectors && (
          <Figure
            name={t('strip.collectors')}
            value={numbers.format(collectors.active)}
            severity={collectors.active === 0 ? 1 : collectors.lost > 0 ? 2 : undefined}
          >
            <Link to="/collectors">
              {[
                collectors.lost > 0 && t('strip.collectors.lost', { count: collectors.lost }),
                collectors.draining > 0 && t('strip.collectors.draining', { count: collectors.draining }),
              ]
                .filter(Boolean)
                .join(t('app.comma')) ||
                t(collectors.active === 0 ? 'strip.collectors.none' : 'strip.collectors.ok')}
            </Link>
          </Figure>
        )}
        {sinks && (
          <Figure
            name={t('strip.sink')}
            value={sinks.lag_seconds === null ? '–' : ageText(t, sinks.lag_seconds)}
            severity={sinks.status === 'ok' ? undefined : sinks.status === 'refusing' ? 2 : 1}
          >
            <Link to="/stores">
              {sinks.status !== 'ok'
                ? t(`strip.sink.${sinks.status}`)
                : sinks.backlog_messages > 0
                  ? t('strip.sink.backlog', { count: sinks.backlog_messages })
                  : t('strip.sink.clear')}
            </Link>
          </Figure>
        )}
      </dl>
      {notAsked.some(({ what }) => what === 'store') && (
        <p className="not-asked" role="status">
          {t('live.notAsked.store')}
        </p>
      )}
    </>
  );
}

function Figure({
  name,
  value,
  severity,
  children,
}: {
  name: ReactNode;
  value: string;
  severity?: Severity | undefined;
  children: ReactNode;
}) {
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> {severity && <SeverityMark severity={severity} sign="!" />}{' '}
        <span>{children}</span>
      </dd>
    </div>
  );
}
