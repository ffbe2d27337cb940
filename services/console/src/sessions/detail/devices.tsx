import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ageText } from '../../time/duration.ts';
import { useNow } from '../../time/plant-time.tsx';
import { useWords } from '../../words/texts.ts';
import { useDetailTexts } from './texts.ts';

const atFirst = 5;

/** The session's devices, failing ones first, each with its state, how it answers, and the age of these data. */
export function Devices({ session }: { session: SessionLiveView }) {
  const { t, locale } = useDetailTexts();
  const { t: word } = useWords();
  const now = useNow();
  const [isWhole, setWhole] = useState(false);
  const health = Object.entries(session.metadata.device_health);
  if (health.length === 0) return null;
  const isActive = session.status === 'running';
  const devicesByTrouble = health.sort(
    ([one, a], [other, b]) => rank(b) - rank(a) || one.localeCompare(other, locale),
  );
  const visibleDevices = isWhole ? devicesByTrouble : devicesByTrouble.slice(0, atFirst);
  const healthy = health.filter(([, { status }]) => status === 'healthy' || status === 'slow').length;
  return (
    <section>
      <h3>
        <Link to="/devices" search={{ session: session.id }}>
          {t('detail.devices', { healthy, total: health.length })}
        </Link>
      </h3>
      <ul className="devices">
        {visibleDevices.map(([code, device]) => {
          const age =
            device.last_success === null ? null : (now.getTime() - Date.parse(device.last_success)) / 1_000;
          return (
            <li key={code}>
              {isActive && rank(device) > 0 ? (
                <SeverityMark severity={rank(device) === 2 ? 2 : 3} />
              ) : (
                <StateMark state={isActive ? 'running' : session.status} />
              )}
              <Link to="/devices/$device" params={{ device: code }} className="device-code">
                {code}
              </Link>
              <span className="quiet small">{howItAnswers(device, word, locale)}</span>
              <span className="quiet small device-age">{age === null ? '–' : ageText(t, age)}</span>
              {isActive && rank(device) === 2 && device.last_error !== null && (
                <span className="small device-error">{device.last_error}</span>
              )}
            </li>
          );
        })}
      </ul>
      {devicesByTrouble.length > visibleDevices.length && (
        <Button className="button is-bare more" onPress={() => setWhole(true)}>
          {t('detail.devices.all', { count: devicesByTrouble.length - visibleDevices.length })}
        </Button>
      )}
    </section>
  );
}

function rank({ status }: ShownHealth): 0 | 1 | 2 {
  if (status === 'healthy') return 0;
  return status === 'slow' ? 1 : 2;
}

function howItAnswers(
  { status, consecutive_failures: count, round_trip_ms: trip }: ShownHealth,
  t: ReturnType<typeof useWords>['t'],
  locale: string,
): string {
  if (status !== 'healthy' && status !== 'slow')
    return [t(`device.${status}`), t('device.failures', { count })].join(t('app.comma'));
  const ms = trip && new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 }).format(trip.p50);
  return ms === undefined ? t(`device.${status}`) : t('unit.millis', { ms });
}
