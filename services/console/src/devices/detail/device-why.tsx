import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { lastGood, severityOf } from '../device-state.ts';
import { percentText } from '../percent.ts';
import { useDeviceTexts } from './texts.ts';

/** Tells why a device needs somebody, since when, and what can be done about it. */
export function DeviceWhy({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const severity = severityOf(view.condition);
  const { why, todo } = useReason(view);
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

/** For one that gives nothing the last good read says more than its last change: it may have failed in several ways since. */
function Since({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const plant = usePlantTime();
  const now = useNow().getTime();
  const duration = (moment: string) => durationText(t, (now - Date.parse(moment)) / 1_000);
  const good = lastGood(view);
  if (view.condition === 'failing') {
    const text =
      good === null
        ? t('device.why.never')
        : t('device.why.since', { duration: duration(good), when: plant.moment(new Date(good)) });
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

/** Exceptions for which there is more to say than that it refuses: those of a busy device, and of a gateway, are of one kind each. */
const told: Readonly<Record<number, 1 | 2 | 3 | 4 | 6 | 11>> = {
  1: 1,
  2: 2,
  3: 3,
  4: 4,
  5: 6,
  6: 6,
  10: 11,
  11: 11,
};

function useReason({ condition, health, collector_id, period_ms, configured }: DeviceHealthView): {
  readonly why: string;
  readonly todo?: string;
} {
  const { t, locale } = useDeviceTexts();
  switch (condition) {
    case 'failing': {
      if (health?.status === 'disconnected') {
        const address = configured?.address ?? '?';
        return { why: t('device.why.disconnected', { address }), todo: t('device.why.disconnected.do') };
      }
      if (health?.status !== 'error')
        return { why: t('device.why.timeout'), todo: t('device.why.timeout.do') };
      const code = told[health.last_exception?.code ?? 0];
      return {
        why: t('device.why.error'),
        todo: code === undefined ? t('device.why.error.do') : t(`device.why.error.${code}`),
      };
    }
    case 'partly':
      return {
        why: t('device.why.partly', { count: health?.failing_count ?? 1 }),
        todo: t('device.why.partly.do'),
      };
    case 'slow':
      return {
        why: t('device.why.slow', {
          period: durationText(t, period_ms / 1_000),
          share: percentText(locale, health?.overrun_share ?? 0),
        }),
        todo: t('device.why.slow.do'),
      };
    case 'unknown':
      return collector_id === null
        ? { why: t('device.why.held'), todo: t('device.why.held.do') }
        : { why: t('device.why.unknown'), todo: t('device.why.unknown.do') };
    case 'healthy':
      return { why: t('device.why.healthy') };
    default:
      return condition satisfies never;
  }
}
