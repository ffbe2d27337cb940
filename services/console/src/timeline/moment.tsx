import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { Link } from '@tanstack/react-router';
import { usePreferences } from '../app/preferences.tsx';
import { Icon } from '../parts/icon.tsx';
import { ProblemText } from '../parts/problem-text.tsx';
import { stateKey } from '../sessions/session-state.ts';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useWords } from '../words/texts.ts';
import { times } from './lanes.ts';
import { useTimelineTexts } from './texts.ts';
import { useGapsAt, useSessionAt } from './timeline-queries.ts';

const namedAtMost = 6;

/** The state of the session at a moment, from the log, its devices and its ticks. */
export function Moment({ id, at, line }: { id: string; at: string; line: Timeline | undefined }) {
  const { t } = useTimelineTexts();
  const plant = usePlantTime();
  const { data, error, refetch } = useSessionAt(id, at);
  return (
    <section className="tl-moment" aria-live="polite">
      <header>
        <h2>{t('timeline.at.title', { time: plant.whole(new Date(at)) })}</h2>
        <Link
          to="/sessions/$id/timeline"
          params={{ id }}
          search={({ at: _, ...before }) => before}
          className="button is-bare"
          aria-label={t('timeline.at.close')}
        >
          <Icon name="close" />
        </Link>
      </header>
      {error instanceof ApiRefusal && error.code === 'session_not_started_yet' ? (
        <p>{t('timeline.at.early')}</p>
      ) : error ? (
        <ProblemText title={t('timeline.at.failed')} error={error} again={() => void refetch()} />
      ) : (
        data && <Facts id={id} at={at} session={data} line={line} />
      )}
    </section>
  );
}

function Facts({
  id,
  at,
  session,
  line,
}: {
  id: string;
  at: string;
  session: NonNullable<ReturnType<typeof useSessionAt>['data']>;
  line: Timeline | undefined;
}) {
  const { t } = useTimelineTexts();
  const { t: common } = usePreferences();
  const ms = Date.parse(at);
  const isThen = (part: { from: string; to: string }) => {
    const [from, to] = times(part);
    return from <= ms && ms < to;
  };
  const holder = line?.holders.find(isThen);
  const { placement, error_message: reason } = session;
  return (
    <dl className="facts">
      <dt>{t('timeline.at.state')}</dt>
      <dd>
        {common(stateKey(session))}
        {reason !== null && <span className="quiet"> {reason}</span>}
      </dd>
      <dt>{t('timeline.at.holder')}</dt>
      <dd>
        {placement?.collector_id == null
          ? t('timeline.at.nobody')
          : holder && holder.epoch === placement.epoch
            ? t('timeline.holder', {
                collector: placement.collector_id,
                number: holder.number,
                epoch: String(placement.epoch),
              })
            : `${placement.collector_id}${t('app.comma')}${common('sessions.epoch', { epoch: String(placement.epoch) })}`}
      </dd>
      <dt>{t('timeline.at.missing')}</dt>
      <dd>
        <MissingThen id={id} at={at} />
      </dd>
      <dt>{t('timeline.at.devices')}</dt>
      <dd>
        <TroubledDevices line={line} isThen={isThen} />
      </dd>
      <dt>{t('timeline.at.running')}</dt>
      <dd>{durationText(t, session.duration_seconds)}</dd>
      <dt>{t('timeline.at.config')}</dt>
      <dd>{t('timeline.at.config.version', { version: String(session.config_version) })}</dd>
      <dt>{t('timeline.at.sequence')}</dt>
      <dd>{session.last_sequence === undefined ? '–' : `#${session.last_sequence}`}</dd>
    </dl>
  );
}

function MissingThen({ id, at }: { id: string; at: string }) {
  const { t } = useTimelineTexts();
  const { t: word } = useWords();
  const { data } = useGapsAt(id, at);
  if (data === undefined) return '…';
  if (data.length === 0) return t('timeline.at.missing.none');
  return (
    <ul>
      {data.slice(0, namedAtMost).map((gap) => (
        <li key={`${gap.device} ${gap.from_tick}`}>
          <DeviceLink device={gap.device} /> <span className="quiet">{word(`cause.${gap.cause}`)}</span>
        </li>
      ))}
      {data.length > namedAtMost && (
        <li className="quiet">{t('timeline.at.missing.more', { count: data.length - namedAtMost })}</li>
      )}
    </ul>
  );
}

function TroubledDevices({
  line,
  isThen,
}: {
  line: Timeline | undefined;
  isThen: (part: { from: string; to: string }) => boolean;
}) {
  const { t } = useTimelineTexts();
  const { t: word } = useWords();
  const troubledDevices = (line?.devices ?? []).flatMap(({ device, health }) => {
    const then = health.find(isThen);
    return then === undefined || then.status === 'healthy' ? [] : [{ device, then }];
  });
  if (troubledDevices.length === 0) return t('timeline.at.devices.none');
  return (
    <ul>
      {troubledDevices.slice(0, namedAtMost).map(({ device, then }) => (
        <li key={device}>
          <DeviceLink device={device} /> <span className="quiet">{word(`device.${then.status}`)}</span>
        </li>
      ))}
      {troubledDevices.length > namedAtMost && (
        <li className="quiet">
          {t('timeline.at.missing.more', { count: troubledDevices.length - namedAtMost })}
        </li>
      )}
    </ul>
  );
}

function DeviceLink({ device }: { device: string }) {
  return (
    <Link to="/devices/$device" params={{ device }}>
      {device}
    </Link>
  );
}
