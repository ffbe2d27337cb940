import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { DeviceDetail as Configured } from '@holdfast/shared/contracts/http/device-http.ts';
import { Link, useParams } from '@tanstack/react-router';
import { Icon } from '../../parts/icon.tsx';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemText } from '../../parts/problem-text.tsx';
import { durationText } from '../../time/duration.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useConfiguredDevice, useDevice } from '../device-queries.ts';
import { severityOf, stateKey } from '../device-state.ts';
import { useDevicesTexts } from '../texts.ts';
import { Answers } from './answers.tsx';
import { DeviceWhy } from './device-why.tsx';
import { History } from './history.tsx';
import { Limits } from './limits.tsx';
import { MissingValues } from './missing-values.tsx';
import { NeverDelivered } from './never-delivered.tsx';
import { Points } from './points.tsx';
import { useDeviceTexts } from './texts.ts';
import './device-detail.css';

/** One device beside the list: what is wrong, since when and what to do; its history, and its answer to a test. */
export default function DeviceDetail() {
  const { device } = useParams({ from: '/devices/$device' });
  return <DevicePanel key={device} device={device} />;
}

function DevicePanel({ device }: { device: string }) {
  const { t } = useDeviceTexts();
  const { t: list } = useDevicesTexts();
  const views = useDevice(device);
  const configured = useConfiguredDevice(device);
  const isKnown = views.data !== undefined && configured.data !== undefined;
  const isNowhere = isKnown && views.data.length === 0 && configured.data === null;
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
        <Known device={device} views={views.data} configured={configured.data ?? undefined} />
      )}
    </aside>
  );
}

function Known({
  device,
  views,
  configured,
}: {
  device: string;
  views: readonly DeviceHealthView[];
  configured: Configured | undefined;
}) {
  const { t } = useDeviceTexts();
  const [first] = views;
  const name = first?.configured?.name || configured?.name;
  const address = first?.configured?.address;
  return (
    <>
      <header className="device-detail-head">
        <h2>{device}</h2>
        <p className="quiet">
          {[name && name !== device ? name : undefined, address].filter(Boolean).join(' · ')}
        </p>
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
      {configured && <Points device={configured} sites={first?.sites} />}
      {configured && <Limits device={configured} sites={first?.sites} />}
    </>
  );
}

function InSession({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const { t: list } = useDevicesTexts();
  const plant = usePlantTime();
  const severity = severityOf(view.condition);
  const { session_id: session, collector_id: collector, period_ms: period, reported_at: reported } = view;
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
            {reported !== null &&
              `${t('app.comma')}${t('device.asOf', { when: plant.moment(new Date(reported)) })}`}
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
