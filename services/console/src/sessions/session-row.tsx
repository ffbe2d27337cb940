import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { Link } from '@tanstack/react-router';
import { memo, useMemo } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { SeverityMark, StateMark } from '../parts/mark.tsx';
import { ageText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { shareText } from '../time/share.ts';
import { pendingWord, type SessionCommand } from './commands.tsx';
import { Ribbon } from './ribbon.tsx';
import { type RibbonTime, ribbonParts } from './ribbon-parts.ts';
import { severityOf, stateKey } from './session-state.ts';

export interface RowProps {
  readonly session: SessionSummary;
  readonly time: RibbonTime;
  readonly asOf: string;
  readonly isChosen: boolean;
  readonly pendingCommand: SessionCommand | undefined;
}

/** A session in one line, from left to right: what it does, what was stored, how it is read now, and by whom. */
export const SessionRow = memo(function SessionRow({
  session,
  time,
  asOf,
  isChosen,
  pendingCommand,
}: RowProps) {
  const { t, locale } = usePreferences();
  const severity = severityOf(session);
  const { id, task_code, task_name, counts, devices, values_per_s: values, placement } = session;
  const holder = placement?.collector_id;
  const numbers = useMemo(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }), [locale]);
  const age =
    session.last_read_at === null ? null : (Date.parse(asOf) - Date.parse(session.last_read_at)) / 1_000;
  const isShort =
    values.now !== null &&
    values.planned !== null &&
    session.status === 'running' &&
    values.now < values.planned * 0.9;
  return (
    <>
      <div role="cell" className="cell is-state">
        {severity === undefined ? <StateMark state={session.status} /> : <SeverityMark severity={severity} />}
        <span>{t(pendingCommand ? pendingWord[pendingCommand] : stateKey(session))}</span>
      </div>
      <div role="cell" className="cell is-name">
        <Link
          to="/sessions"
          search={(before) => ({ ...before, session: id })}
          aria-current={isChosen}
          data-session={id}
          className="session-link"
        >
          {task_name || task_code}
        </Link>
        <span className="under">
          {task_name && task_name !== task_code ? `${task_code} · ${id}` : id}
          {!!session.never_delivered && ` · ${t('sessions.undelivered', { count: session.never_delivered })}`}
          {session.is_newer_configured && (
            <span title={t('sessions.newer.how', { version: String(session.config_version) })}>
              {` · ${t('sessions.newer')}`}
            </span>
          )}
        </span>
      </div>
      <div role="cell" className="cell is-ribbon">
        <SessionRibbon session={session} time={time} severity={severity ?? 0} />
      </div>
      <div role="cell" className="cell is-complete is-number">
        {counts && counts.expected > 0 ? shareText(locale, counts.stored, counts.expected) : '–'}
      </div>
      <div role="cell" className="cell is-values is-number">
        <span>{values.now === null ? '–' : numbers.format(values.now)}</span>
        {values.planned !== null && values.planned > 0 && (
          <meter
            className={isShort ? 'rate is-short' : 'rate'}
            min={0}
            max={1}
            value={Math.min(1, (values.now ?? 0) / values.planned)}
            aria-hidden="true"
          />
        )}
      </div>
      <div role="cell" className="cell is-devices is-number">
        {devices && devices.total > 0
          ? `${devices.total - devices.failing - devices.unknown}/${devices.total}`
          : '–'}
      </div>
      <div role="cell" className="cell is-sample is-number">
        {age === null ? '–' : ageText(t, age)}
      </div>
      <div role="cell" className="cell is-holder">
        <span>{holder ?? '–'}</span>
        <span className="under">
          {placement?.epoch != null && t('sessions.epoch', { epoch: String(placement.epoch) })}
        </span>
      </div>
    </>
  );
});

function SessionRibbon({
  session,
  time,
  severity,
}: {
  session: SessionSummary;
  time: RibbonTime;
  severity: number;
}) {
  const { t, locale } = usePreferences();
  const plant = usePlantTime();
  const parts = useMemo(() => ribbonParts(session, time), [session, time]);
  const { counts } = session;
  const gaps = parts.filter(({ kind }) => kind === 'gap' || kind === 'now' || kind === 'now-some').length;
  const label = t('ribbon.label', {
    from: plant.moment(new Date(time.from)),
    to: plant.moment(new Date(time.to)),
    complete: counts ? shareText(locale, counts.stored, counts.expected) : '–',
  });
  return (
    <Ribbon
      parts={parts}
      severity={severity}
      label={gaps > 0 ? `${label}${t('app.semicolon')}${t('ribbon.label.gaps', { count: gaps })}` : label}
    />
  );
}
