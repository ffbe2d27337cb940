import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { durationText } from '../../time/duration.ts';
import { useNow, usePlantTime } from '../../time/plant-time.tsx';
import { lastGood, severityOf, wasNeverRead } from '../device-state.ts';
import { useDeviceReason } from './device-reason.ts';
import { useDeviceTexts } from './texts.ts';

/** Tells why a device needs attention, since when, and what can be done about it. */
export function DeviceWhy({ view }: { view: DeviceHealthView }) {
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
  const good = lastGood(view);
  if (view.condition === 'failing' && (good !== null || wasNeverRead(view))) {
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
