import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceDetail as Configured } from '@holdfast/shared/contracts/http/device-http.ts';
import { Link, useParams } from '@tanstack/react-router';
import { ExportButton } from '../../export/export-button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { useConfiguredDevice, useDevice, useNeverDelivered } from '../device-queries.ts';
import { lastGood, severityOf, stateKey, wasNeverRead } from '../device-state.ts';
import { useDevicesTexts } from '../texts.ts';
import { Answers } from './answers.tsx';
import { History } from './history.tsx';
import { Limits } from './limits.tsx';
import { useForbidden } from './may-do.ts';
import { Points } from './points.tsx';
import { useDeviceTexts } from './texts.ts';
import './device-detail.css';
import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import { Age } from '../../parts/age.tsx';
import { QueryAnswer } from '../../parts/query-answer.tsx';
import { useWords } from '../../words/texts.ts';
import { useDeviceReason } from './device-reason.ts';

/** One device next to the list: what is wrong, since when and what to do; its history, and its answer to a test. */
export default function DeviceDetail() {
  const { device } = useParams({ from: '/devices/$device' });
  return <DevicePanel key={device} device={device} />;
}

function DevicePanel({ device }: { device: string }) {
  const { t } = useDeviceTexts();
  const { t: list } = useDevicesTexts();
  const views = useDevice(device);
  const configuredDevice = useConfiguredDevice(device);
  const isKnown = views.data !== undefined && configuredDevice.data !== undefined;
  const isNowhere = isKnown && views.data.length === 0 && configuredDevice.data === null;
  return (
    <aside className="device-detail" aria-label={t('device.label', { device })}>
      <Link
        to="/devices"
        search={(before) => before}
        className="button is-bare detail-close"
        aria-label={t('app.close')}
      >
        <Icon name="close" />
      </Link>
      {views.data === undefined ? (
        views.error ? (
          <ProblemText
            title={list('devices.failed')}
            error={views.error}
            again={() => void views.refetch()}
          />
        ) : (
          <p className="quiet">{t('app.loading')}</p>
        )
      ) : isNowhere ? (
        <p>{t('device.gone', { device })}</p>
      ) : (
        <DeviceContent
          device={device}
          views={views.data}
          configuredDevice={configuredDevice.data ?? undefined}
        />
      )}
    </aside>
  );
}

function DeviceContent({
  device,
  views,
  configuredDevice,
}: {
  device: string;
  views: readonly DeviceHealthView[];
  configuredDevice: Configured | undefined;
}) {
  const { t } = useDeviceTexts();
  const mayConfigure = useForbidden('engineer', views[0]?.sites) === undefined;
  const [first] = views;
  const name = first?.configured?.name || configuredDevice?.name;
  const address = first?.configured?.address;
  return (
    <>
      <header className="device-detail-head">
        <h2>{device}</h2>
        <p className="quiet">
          {[name && name !== device ? name : undefined, address].filter(Boolean).join(' · ')}
        </p>
        {configuredDevice && mayConfigure && (
          <Link to="/configuration/devices/$id" params={{ id: String(configuredDevice.id) }}>
            {t('device.configure')}
          </Link>
        )}
        {configuredDevice && <ExportButton subject={{ device }} range={{ from: '-24h' }} />}
      </header>
      {first === undefined && (
        <div className="why is-normal">
          <p>{t('device.unread')}</p>
          <p>{t('device.unread.do')}</p>
        </div>
      )}
      {views.map((view) => (
        <InSession key={view.session_id} view={view} />
      ))}
      <History device={device} views={views} />
      {configuredDevice && <Points device={configuredDevice} sites={first?.sites} />}
      {configuredDevice && <Limits device={configuredDevice} sites={first?.sites} />}
    </>
  );
}

function InSession({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const { t: list } = useDevicesTexts();
  const plant = usePlantTime();
  const severity = severityOf(view.condition);
  const { session_id: session, collector_id: collector, period_ms: period, reported_at: reportedAt } = view;
  return (
    <section className="in-session" aria-label={t('device.session', { session })}>
      <header>
        {severity === undefined ? (
          <StateMark state={view.condition === 'unknown' ? 'stopped' : 'running'} />
        ) : (
          <SeverityMark severity={severity} />
        )}
        <p>
          <strong>{list(stateKey(view))}</strong>{' '}
          <span className="quiet small">
            <Link to="/sessions" search={{ session }}>
              {view.task_code} {session}
            </Link>
            {t('app.comma')}
            {collector !== null && `${t('device.readBy', { collector })}${t('app.comma')}`}
            {t('device.every', { period: durationText(t, period / 1_000) })}
            {reportedAt !== null &&
              `${t('app.comma')}${t('device.asOf', { when: plant.moment(new Date(reportedAt)) })}`}
          </span>
        </p>
      </header>
      <DeviceWhy view={view} />
      {view.health && <MissingValues health={view.health} />}
      {!!view.never_delivered && <NeverDelivered view={view} />}
      {view.health && <Answers health={view.health} collector={collector ?? '?'} />}
    </section>
  );
}

/** Values that a device does not give although it gives others, grouped by reason and beginning. */
function MissingValues({ health }: { health: ShownHealth }) {
  const { t } = useDeviceTexts();
  const blocks = silentBlocks(health);
  if (blocks.length === 0) return null;
  const pointCount = blocks.reduce((sum, { points }) => sum + points.length, 0);
  const more = (health.failing_count ?? 0) - pointCount;
  return (
    <section>
      <h3>{t('device.blocks')}</h3>
      <ul className="blocks">
        {blocks.map(({ error, since, points }) => (
          <li key={error}>
            <strong>{points.join(t('app.list'))}</strong>
            <span className="block-age">
              <Age since={since} />
            </span>
            <span className="small block-error">{error}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="quiet small">{t('device.blocks.more', { count: more })}</p>}
    </section>
  );
}

/** Points that a device does not give for the same reason, since the same time. */
interface SilentBlock {
  readonly error: string;
  readonly since: string;
  readonly points: readonly string[];
}

/** The missing points, grouped by the request that asks for them, the longest missing first. */
function silentBlocks({ failing_points: points = [] }: Pick<ShownHealth, 'failing_points'>): SilentBlock[] {
  const blocks = Map.groupBy(points, ({ error }) => error);
  return [...blocks]
    .map(([error, of]) => ({
      error,
      // The first is the oldest: points come in this order.
      since: of[0]?.since ?? '',
      points: of.map(({ code }) => code),
    }))
    .sort((one, other) => (one.since < other.since ? -1 : 1));
}

const namedAtMost = 20;

/** Points that gave no value for a day although others of the device did, with the cause and the least duration. */
function NeverDelivered({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const query = useNeverDelivered(view);
  return (
    <section>
      <h3>{t('device.undelivered')}</h3>
      <QueryAnswer query={query} title={t('device.undelivered.failed')}>
        {(points) => (
          <>
            <ul className="blocks" aria-label={t('device.undelivered')}>
              {points.slice(0, namedAtMost).map(({ point, since, cause }) => (
                <li key={point}>
                  <strong>{point}</strong>
                  <span>{word(`cause.${cause}`)}</span>
                  <span className="small block-error">
                    <time dateTime={since}>
                      {t('device.undelivered.since', { when: plant.moment(new Date(since)) })}
                    </time>
                  </span>
                </li>
              ))}
            </ul>
            {points.length > namedAtMost && (
              <p className="quiet small">{t('device.blocks.more', { count: points.length - namedAtMost })}</p>
            )}
            <p className="quiet small">{t('device.undelivered.do')}</p>
          </>
        )}
      </QueryAnswer>
    </section>
  );
}

/** Tells why a device needs attention, since when, and what can be done about it. */
function DeviceWhy({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const severity = severityOf(view.condition);
  const { why, todo } = useDeviceReason(view);
  const error = view.condition === 'healthy' ? null : (view.health?.last_error ?? null);
  return (
    <div className={severity === undefined ? 'why is-normal' : `why severity-${severity}`}>
      <p>
        {why} <Since view={view} />
      </p>
      {todo !== undefined && <p>{todo}</p>}
      {error !== null && (
        <p className="small">
          <span className="quiet">
            {t('device.why.more')}
            {t('app.colon')}
          </span>
          {error}
        </p>
      )}
    </div>
  );
}

/** Shows the last good read of a device that gives nothing, since it may have failed in several ways after it. */
function Since({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const plant = usePlantTime();
  const now = useNow().getTime();
  const duration = (moment: string) => durationText(t, (now - Date.parse(moment)) / 1_000);
  const lastAnswer = lastGood(view);
  if (view.condition === 'failing' && (lastAnswer !== null || wasNeverRead(view))) {
    const text =
      lastAnswer === null
        ? t('device.why.never')
        : t('device.why.since', { duration: duration(lastAnswer), when: plant.moment(new Date(lastAnswer)) });
    return <strong>{text}</strong>;
  }
  if (view.since === null) return null;
  return (
    <span className="quiet">
      {t('device.why.sinceChange', {
        when: plant.moment(new Date(view.since)),
        duration: duration(view.since),
      })}
    </span>
  );
}
