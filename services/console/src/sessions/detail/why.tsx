import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { Attention, SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { useDeviceReason } from '../../devices/detail/device-reason.ts';
import { useDeviceHealth } from '../../devices/device-queries.ts';
import { deviceForAlike } from '../../devices/device-state.ts';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { useDetailTexts } from './texts.ts';

/** The reason for a session's state, since when, and what can be done about it. */
export function Why({ session, summary }: { session: SessionLiveView; summary: SessionSummary | undefined }) {
  const { t } = useDetailTexts();
  const attention = summary?.attention ?? [];
  if (attention.length > 0 && summary) {
    return attention.map((each) => <Reason key={each.code} attention={each} session={summary} />);
  }
  const { status, stopped_by: by, stop_reason: reason } = session;
  if (status === 'running') return <p className="why is-normal">{t('why.normal')}</p>;
  if (status === 'paused') return <p className="why is-normal">{t('why.paused')}</p>;
  if (status === 'error')
    return <p className="why is-normal">{t('why.failed', { reason: session.error_message ?? '' })}</p>;
  const who = by ?? '?';
  return (
    <p className="why is-normal">
      {reason ? t('why.stopped.reason', { by: who, reason }) : t('why.stopped', { by: who })}
    </p>
  );
}

function Reason({ attention, session }: { attention: Attention; session: SessionSummary }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const now = useNow();
  const { code, severity, since, detail } = attention;
  const about = useReason(attention, session);
  return (
    <div className={`why severity-${severity}`}>
      <p>
        {about.why}{' '}
        {since !== null && (
          <span className="quiet">
            {t('why.since', {
              when: plant.moment(new Date(since)),
              duration: durationText(t, (now.getTime() - Date.parse(since)) / 1_000),
            })}
          </span>
        )}
      </p>
      {code === 'devices_failing' || code === 'some_devices_failing' ? (
        <TodoOfSilent key={session.id} id={session.id} otherwise={about.todo} />
      ) : (
        <p>{about.todo}</p>
      )}
      <details>
        <summary>{t('why.more')}</summary>
        <p>{detail}</p>
      </details>
    </div>
  );
}

/** Advice on silent devices: if all fail alike, the advice for one of them says more than that they are silent. */
function TodoOfSilent({ id, otherwise }: { id: string; otherwise: string }) {
  const { data } = useDeviceHealth({ show: 'failing', find: '', session: id });
  const failing = data?.pages.flatMap(({ results }) => results) ?? [];
  const sharedDevice =
    data?.pages[0]?.counts.failing === failing.length ? deviceForAlike(failing) : undefined;
  return sharedDevice ? <TodoOfDevice view={sharedDevice} /> : <p>{otherwise}</p>;
}

function TodoOfDevice({ view }: { view: DeviceHealthView }) {
  return <p>{useDeviceReason(view).todo}</p>;
}

/** Why a session needs attention, and what to do, in words. */
export function useReason(
  { code }: Attention,
  session: SessionSummary,
): { readonly why: string; readonly todo: string } {
  const { t } = useDetailTexts();
  const now = useNow();
  const { next_try_at: next, hard_limit_at: limit, devices } = session;
  const within = (moment: string) => durationText(t, (Date.parse(moment) - now.getTime()) / 1_000);
  const holder = session.placement?.collector_id ?? '?';
  switch (code) {
    case 'failed': {
      const why = t('why.failed', { reason: session.error_message ?? '' });
      if (next === null) return { why, todo: t('why.failed.do') };
      const isDue = Date.parse(next) <= now.getTime();
      return {
        why,
        todo: isDue
          ? t('why.failed.passing.now')
          : t('why.failed.passing', { when: t('time.in', { duration: within(next) }) }),
      };
    }
    case 'not_read':
      return { why: t('why.not_read', { holder }), todo: t('why.not_read.do', { holder }) };
    case 'some_devices_failing': {
      const codes = devices?.failing_codes ?? [];
      const names = codes.join(t('app.list')) + ((devices?.failing ?? 0) > codes.length ? ' …' : '');
      return {
        why: t('why.some_devices_failing', { count: devices?.failing ?? 1, devices: names }),
        todo: t('why.some_devices_failing.do'),
      };
    }
    case 'time_limit': {
      const until = limit && t('why.time_limit.until', { when: t('time.in', { duration: within(limit) }) });
      return { why: [t('why.time_limit'), until].filter(Boolean).join(' '), todo: t('why.time_limit.do') };
    }
    default:
      return { why: t(`why.${code}`), todo: t(`why.${code}.do`) };
  }
}
