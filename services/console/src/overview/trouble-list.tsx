import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { SeverityMark } from '../parts/mark.tsx';
import { durationText } from '../time/duration.ts';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { useOverviewTexts } from './texts.ts';
import {
  type DeviceTrouble,
  type PlainTrouble,
  type SessionTrouble,
  type TroubleWords,
  useDeviceWords,
  useSessionWords,
  useSharedDeviceWords,
  useTroubleWords,
} from './trouble-words.ts';
import type { Trouble } from './troubles.ts';

const shownAtMost = 20;

/** Lists everything that needs attention, the worst first: since when, what to do, and a link to it. */
export function TroubleList({
  troubles,
  leftOut,
}: {
  troubles: readonly Trouble[];
  /** Number of further troubles that are not listed. */
  leftOut: number;
}) {
  const { t } = useOverviewTexts();
  const more = Math.max(0, troubles.length - shownAtMost) + leftOut;
  return (
    <>
      <ol className="troubles">
        {troubles
          .slice(0, shownAtMost)
          .map((trouble) =>
            trouble.kind === 'session' ? (
              trouble.sharedDevice === undefined ? (
                <OfSession key={trouble.key} trouble={trouble} />
              ) : (
                <OfSharedDevice key={trouble.key} trouble={trouble} sharedDevice={trouble.sharedDevice} />
              )
            ) : trouble.kind === 'device' ? (
              <OfDevice key={trouble.key} trouble={trouble} />
            ) : (
              <Plain key={trouble.key} trouble={trouble} />
            ),
          )}
      </ol>
      {more > 0 && (
        <p>
          {t('overview.more', { count: more })}{' '}
          <Link to="/sessions" search={{ show: 'attention' }}>
            {t('overview.more.sessions')}
          </Link>
        </p>
      )}
    </>
  );
}

function OfSession({ trouble }: { trouble: SessionTrouble }) {
  const words = useSessionWords(trouble);
  return (
    <Item trouble={trouble} words={words}>
      <WayToSession id={trouble.session.id} />
    </Item>
  );
}

function OfSharedDevice({
  trouble,
  sharedDevice,
}: {
  trouble: SessionTrouble;
  sharedDevice: DeviceHealthView;
}) {
  const words = useSharedDeviceWords(trouble, sharedDevice);
  return (
    <Item trouble={trouble} words={words}>
      <WayToSession id={trouble.session.id} />
    </Item>
  );
}

function OfDevice({ trouble }: { trouble: DeviceTrouble }) {
  const { t } = useOverviewTexts();
  const { device, session_id: session } = trouble.device;
  return (
    <Item trouble={trouble} words={useDeviceWords(trouble)}>
      <Link to="/devices/$device" params={{ device }} search={{ session }}>
        {t('trouble.open.device')}
      </Link>
    </Item>
  );
}

function Plain({ trouble }: { trouble: PlainTrouble }) {
  return (
    <Item trouble={trouble} words={useTroubleWords(trouble)}>
      <Way trouble={trouble} />
    </Item>
  );
}

function Item({
  trouble: { severity, since },
  words: { what, todo, serverDetail },
  children,
}: {
  trouble: Trouble;
  words: TroubleWords;
  children: ReactNode;
}) {
  const { t } = useOverviewTexts();
  return (
    <li className={`trouble severity-${severity}`}>
      <SeverityMark severity={severity} />
      <div className="trouble-words">
        <p className="trouble-what">{what}</p>
        <p>{todo}</p>
        {serverDetail && (
          <details>
            <summary>{t('trouble.said')}</summary>
            <p>{serverDetail}</p>
          </details>
        )}
      </div>
      <div className="trouble-aside">
        {since !== null && <Since since={since} />}
        {children}
      </div>
    </li>
  );
}

function Since({ since }: { since: string }) {
  const { t } = useOverviewTexts();
  const plant = usePlantTime();
  const now = useNow();
  const at = new Date(since);
  return (
    <p>
      <strong>{durationText(t, (now.getTime() - at.getTime()) / 1_000)}</strong>{' '}
      <time dateTime={since} className="quiet small">
        {t('trouble.since', { when: plant.moment(at) })}
      </time>
    </p>
  );
}

/** A link to where something can be done about the trouble. */
function Way({ trouble }: { trouble: PlainTrouble }) {
  const { t } = useOverviewTexts();
  switch (trouble.kind) {
    case 'missing':
    case 'unexpected':
      return <WayToSession id={trouble.sessionId} />;
    case 'lost':
    case 'silent':
    case 'stuck':
    case 'late':
    case 'release':
      return (
        <Link to="/collectors" search={{ collector: trouble.collector.id }}>
          {t('trouble.open.collectors')}
        </Link>
      );
    case 'no_collector':
      return <Link to="/collectors">{t('trouble.open.collectors')}</Link>;
    case 'sink':
    case 'stream':
    case 'spool':
    case 'quarantine':
      return <Link to="/stores">{t('trouble.open.stores')}</Link>;
    case 'broker':
    case 'log_damage':
    case 'audit':
      return null;
    default:
      return trouble satisfies never;
  }
}

function WayToSession({ id }: { id: string }) {
  const { t } = useOverviewTexts();
  return (
    <Link to="/sessions" search={{ session: id }}>
      {t('trouble.open.session')}
    </Link>
  );
}
