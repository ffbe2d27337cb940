import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Severity } from '../../parts/mark.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { QuarterTimes } from '../../strip/quarter-times.tsx';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { shareText } from '../../time/share.ts';
import { useWords } from '../../words/texts.ts';
import { type DeviceHistory, useDeviceHistory, useSessionsOf } from '../device-queries.ts';
import { historyDays, useDevicesSearch } from '../device-search.ts';
import { severityOf } from '../device-state.ts';
import { useDevicesTexts } from '../texts.ts';
import { availabilityOf, type HealthLane, healthLanes, isAnswering } from './health-spans.ts';
import { Lane } from './lane.tsx';
import { useDeviceTexts } from './texts.ts';

const dayMs = 86_400_000;
/** Most sessions whose ends are read: with more in this time, the lane lacks the ends of the oldest. */
const sessionsAtMost = 30;

/** The states of a device over the last days, and how much of that time it answered. */
export function History({ device, views }: { device: string; views: readonly DeviceHealthView[] }) {
  const { t } = useDeviceTexts();
  const { days } = useDevicesSearch();
  const query = useDeviceHistory(device, days);
  return (
    <section className="history">
      <header>
        <h3>{t('device.history')}</h3>
        <nav className="filter is-small" aria-label={t('device.history.days')}>
          {historyDays.map((each) => (
            <Link
              key={each}
              to="."
              search={(before) => ({ ...before, days: each })}
              aria-current={each === days ? 'true' : undefined}
              replace
            >
              {t(`device.history.${each}`)}
            </Link>
          ))}
        </nav>
      </header>
      <QueryAnswer query={query} title={t('device.history.failed')}>
        {(history) => <Lanes history={history} days={days} views={views} />}
      </QueryAnswer>
    </section>
  );
}

function Lanes({
  history,
  days,
  views,
}: {
  history: DeviceHistory;
  days: number;
  views: readonly DeviceHealthView[];
}) {
  const { t, locale } = useDeviceTexts();
  const now = useNow(10_000).getTime();
  const { changes, gaps, isWhole } = history;
  const ids = useMemo(
    () => [...new Set([...changes, ...gaps].map(({ session_id }) => session_id))].slice(0, sessionsAtMost),
    [changes, gaps],
  );
  const sessions = useSessionsOf(ids);
  const from = now - days * dayMs;
  const lanes = useMemo(
    () => healthLanes({ changes, gaps }, sessions, { from, to: now }),
    [changes, gaps, sessions, from, now],
  );
  if (lanes.length === 0) return <p className="quiet">{t('device.history.none')}</p>;
  const { knownMs, answeringMs, outages, longestMs } = availabilityOf(lanes.flatMap(({ spans }) => spans));
  return (
    <>
      <p>
        {t('device.history.share', { share: shareText(locale, answeringMs, knownMs) })}{' '}
        {outages > 0 &&
          t('device.history.outages', { count: outages, longest: durationText(t, longestMs / 1_000) })}
      </p>
      {lanes.map((lane) => (
        <Lane
          key={lane.task}
          lane={lane}
          from={from}
          to={now}
          severity={severityNow(views, lane)}
          isNamed={lanes.length > 1}
        />
      ))}
      <p className="axis small quiet" aria-hidden="true">
        <QuarterTimes from={from} to={now} end={t('device.history.now')} />
      </p>
      {!isWhole && <p className="small">{t('device.history.partly')}</p>}
      <States lanes={lanes} now={now} />
    </>
  );
}

/** Severity of the present state: a device that answers but lacks a value is less bad than a silent one. */
function severityNow(views: readonly DeviceHealthView[], { spans }: HealthLane): Severity {
  const view = views.find(({ session_id }) => session_id === spans.at(-1)?.session);
  return (view && severityOf(view.condition)) ?? 2;
}

const statesAtFirst = 6;

/** The states in words, newest first, for people who cannot see the drawing. */
function States({ lanes, now }: { lanes: readonly HealthLane[]; now: number }) {
  const { t } = useDeviceTexts();
  const { t: list } = useDevicesTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const [rowCount, setRowCount] = useState(statesAtFirst);
  const spans = lanes.flatMap((lane) => lane.spans).sort((one, other) => other.from - one.from);
  return (
    <>
      <table className="states">
        <caption className="heard">{t('device.history.table')}</caption>
        <thead className="heard">
          <tr>
            {(['when', 'state', 'lasted', 'detail'] as const).map((each) => (
              <th key={each} scope="col">
                {t(`device.history.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spans.slice(0, rowCount).map(({ session, status, from, to, isNow, detail, cause }) => (
            <tr key={`${session} ${from}`}>
              <th scope="row">{plant.moment(new Date(from), new Date(now))}</th>
              <td>
                {status === 'error' || status === 'unread'
                  ? t(`device.history.${status}`)
                  : list(`devices.state.${status}`)}
              </td>
              <td className="is-number">
                {durationText(t, (to - from) / 1_000)}
                {isNow && `${t('app.comma')}${t('device.history.ongoing')}`}
              </td>
              <td className="small">
                {cause
                  ? word(`cause.${cause}`)
                  : isAnswering(status)
                    ? t('device.session', { session })
                    : detail}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {spans.length > rowCount && (
        <Button className="button is-bare more" onPress={() => setRowCount(rowCount + 50)}>
          {t('device.history.older', { count: spans.length - rowCount })}
        </Button>
      )}
    </>
  );
}
