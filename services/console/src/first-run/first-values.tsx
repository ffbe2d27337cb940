import type { DeviceDetail } from '@holdfast/shared/contracts/http/device-http.ts';
import type { LiveSample } from '@holdfast/shared/contracts/http/live-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api, apiRoot } from '../api/api.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useFirstRunTexts } from './texts.ts';
import { valueText } from './value-text.ts';

interface ValuesProps {
  readonly session: string;
  readonly device: DeviceDetail;
  readonly points: readonly PointView[];
}

/** Follows the first values from the stored start to the database; each step shows once it is true. */
export function FirstValues({ session, device, points }: ValuesProps) {
  const { t, locale } = useFirstRunTexts();
  const plant = usePlantTime();
  const { first, latest: latestSample } = useSamples(session, device.code);
  const { data: live } = useQuery({
    queryKey: ['sessions', session, 'status'],
    queryFn: () =>
      api.get<SessionLiveView>(`/api/acquisition/sessions/${encodeURIComponent(session)}/status/`),
    refetchInterval: 1_000,
  });
  const moment = (time: string) => plant.clock(new Date(time), true);
  const stored = useFirst(live?.storing?.state === 'stored' ? live.storing.last_stored : null);
  const holder = live?.placement?.collector_id;
  const miss = latestSample?.miss;
  return (
    <section className="first-section" aria-labelledby="first-values-title">
      <h2 id="first-values-title">{t('first.values.title')}</h2>
      <ol className="first-way" aria-live="polite">
        <Way isDone>{t('first.values.stored', { session })}</Way>
        <Way isDone={holder != null}>
          {holder != null ? t('first.values.held', { collector: holder }) : t('first.values.unheld')}
        </Way>
        <Way isDone={first !== undefined}>
          {first !== undefined
            ? t('first.values.arrived', { time: moment(first.read_at) })
            : miss
              ? t('first.values.missed', { detail: miss.detail })
              : t('first.values.waiting')}
        </Way>
        <Way isDone={stored !== null}>
          {stored === null ? t('first.values.unkept') : t('first.values.kept', { time: moment(stored) })}
        </Way>
      </ol>
      {first !== undefined && latestSample !== undefined && (
        <div className="first-table-frame">
          <table className="first-table">
            <thead>
              <tr>
                <th scope="col">{t('first.points.code')}</th>
                <th scope="col">{t('first.points.value')}</th>
                <th scope="col">{t('first.values.time')}</th>
              </tr>
            </thead>
            <tbody>
              {points.map(({ id, code, count, unit }) => {
                const value = latestSample.values[count === null ? code : `${code}[0]`];
                return (
                  <tr key={id}>
                    <th scope="row">{code}</th>
                    <td>
                      {value === undefined ? (
                        <span className="first-bad">{t('first.points.bad')}</span>
                      ) : (
                        <strong>{valueText(value, unit, locale)}</strong>
                      )}{' '}
                      {latestSample.uncertain.includes(code) && (
                        <span className="first-uncertain">{t('first.points.uncertain')}</span>
                      )}
                    </td>
                    <td>
                      <time dateTime={latestSample.read_at}>{moment(latestSample.read_at)}</time>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      <div className="schema-actions">
        <Link to="/sessions" search={{ session }} className="button is-main">
          {t('first.values.session')}
        </Link>
        <Link to="/live" search={{ device: device.code }} className="button">
          {t('first.values.live')}
        </Link>
        <Link to="/first-run" className="button">
          {t('first.again')}
        </Link>
      </div>
    </section>
  );
}

/** The first value that is there, kept from then on: screen readers are not to repeat it each second. */
function useFirst(value: string | null): string | null {
  const [first, setFirst] = useState(value);
  if (first === null && value !== null) setFirst(value);
  return first;
}

function Way({ isDone, children }: { isDone: boolean; children: string }) {
  return (
    <li className={isDone ? 'is-done' : undefined}>
      <span aria-hidden="true">{isDone ? '✓' : '…'}</span> <span>{children}</span>
    </li>
  );
}

/** Samples of the device as they come: the first with a value, and the newest. */
function useSamples(session: string, device: string) {
  const [first, setFirst] = useState<LiveSample>();
  const [latestSample, setLatest] = useState<LiveSample>();
  useEffect(() => {
    const url = new URL('api/acquisition/live/', apiRoot);
    url.searchParams.set('device', device);
    const source = new EventSource(url);
    source.addEventListener('sample', ({ data }: MessageEvent<string>) => {
      const sample = JSON.parse(data) as LiveSample;
      if (sample.session_id !== session) return;
      setLatest(sample);
      if (Object.keys(sample.values).length > 0) setFirst((before) => before ?? sample);
    });
    return () => source.close();
  }, [session, device]);
  return { first, latest: latestSample };
}
