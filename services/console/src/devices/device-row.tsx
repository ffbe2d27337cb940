import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { SeverityMark, StateMark } from '../parts/mark.tsx';
import { ageText } from '../time/duration.ts';
import { useWords } from '../words/texts.ts';
import { keyOf, lastGood, severityOf, sinceOf, stateKey, wasNeverRead } from './device-state.ts';
import { percentText } from './percent.ts';
import { type DevicesTexts, useDevicesTexts } from './texts.ts';

/** A collector's report of this age is shown with the age: the device's present state is unknown. */
const oldSeconds = 30;

interface RowProps {
  readonly view: DeviceHealthView;
  /** In seconds since 1970. */
  readonly now: number;
  readonly isChosen: boolean;
}

/** A device in one line: its state and since when, how it answers, and who reads it. */
export const DeviceRow = memo(function DeviceRow({ view, now, isChosen }: RowProps) {
  const { t, locale } = useDevicesTexts();
  const { device, configured, health, condition, session_id, collector_id, reported_at } = view;
  const severity = severityOf(condition);
  const age = (moment: string | null) =>
    moment === null ? '–' : ageText(t, Math.max(0, now - Math.floor(Date.parse(moment) / 1_000)));
  const silentSeconds = reported_at === null ? 0 : now - Date.parse(reported_at) / 1_000;
  const trip = health?.round_trip_ms;
  const ms = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const name = configured?.name && configured.name !== device ? `${configured.name} · ` : '';
  const lastAnswer = lastGood(view);
  const missingText = lackingText(t, locale, view);
  return (
    <>
      <div role="cell" className="cell is-state">
        {severity === undefined ? (
          <StateMark state={condition === 'unknown' ? 'stopped' : 'running'} />
        ) : (
          <SeverityMark severity={severity} />
        )}
        <span>
          <span className="word">{t(stateKey(view))}</span>
          {missingText.length > 0 && <span className="under">{missingText.join(t('app.comma'))}</span>}
          {silentSeconds > oldSeconds && (
            <span className="under">{t('devices.told', { age: ageText(t, silentSeconds) })}</span>
          )}
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
        {wasNeverRead(view) ? t('devices.never') : age(lastAnswer)}
      </div>
      <div role="cell" className="cell is-trip is-number">
        {trip ? t('devices.trip', { p50: ms.format(trip.p50), p99: ms.format(trip.p99) }) : '–'}
      </div>
      <div role="cell" className="cell is-missing">
        <Missing ticks={view.ticks} />
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

/** Points without a value now, points without one for a day, and ticks for which the device is too slow. */
function lackingText(
  t: DevicesTexts['t'],
  locale: string,
  { health, never_delivered: never }: DeviceHealthView,
): string[] {
  const { failing_count: count = 0, overrun_share: share = 0 } = health ?? {};
  return [
    ...(count > 0 && count !== never ? [t('devices.points', { count })] : []),
    ...(never ? [t('devices.undelivered', { count: never })] : []),
    ...(share > 0 ? [t('devices.slowShare', { share: percentText(locale, share) })] : []),
  ];
}

/** Missing ticks of the last 24 hours, with their share and the most frequent cause. */
function Missing({ ticks }: Pick<DeviceHealthView, 'ticks'>) {
  const { t, locale } = useDevicesTexts();
  const { t: word } = useWords();
  if (ticks === null) return <span>{t('devices.missing.unknown')}</span>;
  const { missing, expected } = ticks;
  const numbers = new Intl.NumberFormat(locale);
  const causes = Object.entries(ticks.missing_by_cause) as [GapCause, number][];
  causes.sort(([, one], [, other]) => other - one);
  return (
    <>
      <span>
        {t('devices.missing', { missing: numbers.format(missing), expected: numbers.format(expected) })}
      </span>
      {causes.length > 0 && (
        <span className="under">{causes.map(([cause]) => word(`cause.${cause}`)).join(t('app.comma'))}</span>
      )}
    </>
  );
}
