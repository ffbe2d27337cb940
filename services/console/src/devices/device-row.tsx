import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { SeverityMark, StateMark } from '../parts/mark.tsx';
import { ageText } from '../time/duration.ts';
import { keyOf, lastGood, severityOf, sinceOf, stateKey } from './device-state.ts';
import { percentText } from './percent.ts';
import { type DevicesTexts, useDevicesTexts } from './texts.ts';

/** A word of a collector that is as old as this is told with its age: what the device does by now nobody knows. */
const oldSeconds = 30;

interface RowProps {
  readonly view: DeviceHealthView;
  /** In seconds since 1970. */
  readonly now: number;
  readonly isChosen: boolean;
}

/** A device in one line: how it is and since when, how it answers, and who reads it. */
export const DeviceRow = memo(function DeviceRow({ view, now, isChosen }: RowProps) {
  const { t, locale } = useDevicesTexts();
  const { device, configured, health, condition, session_id, collector_id, reported_at } = view;
  const severity = severityOf(condition);
  const age = (moment: string | null) =>
    moment === null ? '–' : ageText(t, Math.max(0, now - Math.floor(Date.parse(moment) / 1_000)));
  const told = reported_at === null ? 0 : now - Date.parse(reported_at) / 1_000;
  const trip = health?.round_trip_ms;
  const ms = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const name = configured?.name && configured.name !== device ? `${configured.name} · ` : '';
  const good = lastGood(view);
  return (
    <>
      <div role="cell" className="cell is-state">
        {severity === undefined ? (
          <StateMark state={condition === 'unknown' ? 'stopped' : 'running'} />
        ) : (
          <SeverityMark severity={severity} />
        )}
        <span>
          {t(stateKey(view))}
          {told > oldSeconds && <span className="under">{t('devices.told', { age: ageText(t, told) })}</span>}
        </span>
      </div>
      <div role="cell" className="cell is-device">
        <Link
          to="/devices/$device"
          params={{ device }}
          search={(before) => before}
          aria-current={isChosen}
          data-device={keyOf(view)}
          className="device-link"
        >
          {device}
        </Link>
        <span className="under">
          {name}
          {configured?.address ?? ''}
        </span>
      </div>
      <div role="cell" className="cell is-since is-number">
        {age(sinceOf(view))}
      </div>
      <div role="cell" className="cell is-good is-number">
        {good === null && health ? t('devices.never') : age(good)}
      </div>
      <div role="cell" className="cell is-trip is-number">
        {trip ? t('devices.trip', { p50: ms.format(trip.p50), p99: ms.format(trip.p99) }) : '–'}
      </div>
      <div role="cell" className="cell is-failures">
        <span>{failuresText(t, health)}</span>
      </div>
      <div role="cell" className="cell is-points">
        <span>{missingText(t, locale, health)}</span>
      </div>
      <div role="cell" className="cell is-session">
        <span>{view.task_code}</span>
        <span className="under">{session_id}</span>
      </div>
      <div role="cell" className="cell is-collector">
        <span>{collector_id ?? t('devices.nobody')}</span>
      </div>
    </>
  );
});

type Health = DeviceHealthView['health'];

/** By kind, without those that never came. */
function failuresText(t: DevicesTexts['t'], health: Health): string {
  const failures = health?.failures;
  if (!failures) return '–';
  const kinds = (['timeout', 'connection', 'exception'] as const).filter((kind) => failures[kind] > 0);
  return (
    kinds.map((kind) => t(`devices.failures.${kind}`, { count: failures[kind] })).join(t('app.comma')) || '0'
  );
}

function missingText(t: DevicesTexts['t'], locale: string, health: Health): string {
  const { failing_count: count = 0, overrun_share: share = 0 } = health ?? {};
  const late = share > 0 ? t('devices.slowShare', { share: percentText(locale, share) }) : undefined;
  const points = count > 0 ? t('devices.points', { count }) : undefined;
  return [points, late].filter(Boolean).join(t('app.comma')) || '–';
}
