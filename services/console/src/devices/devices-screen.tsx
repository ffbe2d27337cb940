import type { DeviceHealthPage } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { AddDevice } from '../parts/add-device.tsx';
import { FindField } from '../parts/find-field.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { useCloseOnEscape } from '../parts/use-close-on-escape.ts';
import { useSettledValue } from '../parts/use-settled-value.ts';
import { DeviceList } from './device-list.tsx';
import { useConfiguredMatches, useDeviceHealth } from './device-queries.ts';
import { type DeviceShow, deviceShows, useDevicesSearch } from './device-search.ts';
import { useDevicesTexts } from './texts.ts';
import './devices.css';

/** The devices of all sessions, failing ones first, and one of them next to the list. */
export default function DevicesScreen() {
  const { t } = useDevicesTexts();
  const { show, find, session, device } = useDevicesSearch();
  const query = useDeviceHealth({ show, find: useSettledValue(find), session });
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const [first] = data?.pages ?? [];
  const views = data?.pages.flatMap(({ results }) => results) ?? [];
  const navigate = useNavigate();
  useCloseOnEscape(device !== undefined, () => void navigate({ to: '/devices', search: (before) => before }));
  return (
    <div className={device === undefined ? 'devices-screen' : 'devices-screen has-device'}>
      <section className="devices-main" aria-labelledby="devices-title">
        <Toolbar deviceCounts={first} />
        {first === undefined ? (
          error ? (
            <ProblemText title={t('devices.failed')} error={error} again={() => void refetch()} />
          ) : (
            <p className="empty quiet">{t('app.loading')}</p>
          )
        ) : views.length === 0 ? (
          <Empty isFiltered={show !== 'all' || find !== '' || session !== undefined} />
        ) : (
          <DeviceList
            views={views}
            total={totalOf(first, show)}
            chosenDevice={device}
            more={hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined}
          />
        )}
        {first && show === 'all' && session === undefined && (
          <OtherMatches find={find.trim()} listedCodes={views.map((each) => each.device)} />
        )}
      </section>
      <Outlet />
    </div>
  );
}

type DeviceCounts = Pick<DeviceHealthPage, 'counts' | 'with_never_delivered'>;

function totalOf({ counts, with_never_delivered: undeliveredCount }: DeviceCounts, show: DeviceShow): number {
  if (show === 'undelivered') return undeliveredCount ?? 0;
  return show === 'all' ? Object.values(counts).reduce((sum, each) => sum + each, 0) : counts[show];
}

function Toolbar({ deviceCounts }: { deviceCounts: DeviceCounts | undefined }) {
  const { t, locale } = useDevicesTexts();
  const { show, find, session } = useDevicesSearch();
  const navigate = useNavigate();
  const numbers = new Intl.NumberFormat(locale);
  return (
    <header className="toolbar">
      <h1 id="devices-title">{t('devices.title')}</h1>
      <nav className="filter" aria-label={t('devices.filter')}>
        {deviceShows
          .filter(
            (each) =>
              each === 'all' ||
              each === show ||
              each === 'failing' ||
              each === 'healthy' ||
              (deviceCounts !== undefined && totalOf(deviceCounts, each) > 0),
          )
          .map((each) => (
            <Link
              key={each}
              to="."
              search={(before) => ({ ...before, condition: each === 'all' ? undefined : each })}
              aria-current={each === show ? 'true' : undefined}
            >
              {t(`devices.show.${each}`)}{' '}
              <span className="count">{deviceCounts ? numbers.format(totalOf(deviceCounts, each)) : ''}</span>
            </Link>
          ))}
      </nav>
      {session !== undefined && (
        <p className="of-session">
          {t('devices.ofSession', { session })}{' '}
          <Link to="." search={(before) => ({ ...before, session: undefined })}>
            {t('devices.ofSession.clear')}
          </Link>
        </p>
      )}
      <FindField
        label={t('devices.find')}
        value={find}
        onChange={(text) =>
          void navigate({ to: '.', search: (before) => ({ ...before, find: text }), replace: true })
        }
      />
      <AddDevice />
    </header>
  );
}

/** Configured devices that fit the search and are not in the list above. */
function OtherMatches({ find, listedCodes }: { find: string; listedCodes: readonly string[] }) {
  const { t } = useDevicesTexts();
  const { data = [] } = useConfiguredMatches(useSettledValue(find));
  const listedSet = new Set(listedCodes);
  const matches = find === '' ? [] : data.filter(({ code }) => !listedSet.has(code));
  if (matches.length === 0) return null;
  return (
    <section className="other-matches" aria-labelledby="others-title">
      <h2 id="others-title">{t('devices.others')}</h2>
      <ul>
        {matches.map(({ id, code, name }) => (
          <li key={id}>
            <Link to="/devices/$device" params={{ device: code }} search={(before) => before}>
              {name || code}
            </Link>{' '}
            {name && name !== code && <span className="quiet">{code}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Empty({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useDevicesTexts();
  if (isFiltered) {
    return (
      <div className="empty">
        <p>{t('devices.none.found')}</p>
        <Link to="/devices">{t('devices.none.clear')}</Link>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>{t('devices.none')}</h2>
      <p className="quiet">{t('devices.none.how')}</p>
      <Link to="/sessions">{t('nav.sessions')}</Link>
    </div>
  );
}
