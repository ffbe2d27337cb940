import type { ShownHealth } from '@holdfast/shared/contracts/http/shown-health-http.ts';
import { percentText } from '../percent.ts';
import { useDeviceTexts } from './texts.ts';

/** How a device answers: round trips, and outcomes of requests by kind of failure. */
export function Answers({ health, collector }: { health: ShownHealth; collector: string }) {
  const { t, locale } = useDeviceTexts();
  const { round_trip_ms: trip, requests, failures, last_exception, overrun_share: overrunShare = 0 } = health;
  if (requests === undefined) return null;
  const ms = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
  const numbers = new Intl.NumberFormat(locale);
  const kinds = (['timeout', 'connection', 'exception'] as const).map(
    (kind) => [kind, failures?.[kind] ?? 0] as const,
  );
  return (
    <section>
      <h3>{t('device.answers')}</h3>
      <dl className="answers">
        <Figure
          name={t('device.answers.trip')}
          value={trip ? t('unit.millis', { ms: ms.format(trip.p50) }) : '–'}
        />
        <Figure
          name={t('device.answers.trip99')}
          value={trip ? t('unit.millis', { ms: ms.format(trip.p99) }) : '–'}
        />
        <Figure name={t('device.answers.requests')} value={numbers.format(requests)} />
        {kinds.map(([kind, count]) => (
          <Figure
            key={kind}
            name={t(`device.answers.${kind}`)}
            value={
              count > 0 && requests > 0
                ? `${numbers.format(count)} (${percentText(locale, count / requests)})`
                : numbers.format(count)
            }
          />
        ))}
        <Figure
          name={t('device.answers.late')}
          value={overrunShare > 0 ? percentText(locale, overrunShare) : '0'}
        />
        <Figure name={t('device.answers.row')} value={numbers.format(health.consecutive_failures)} />
      </dl>
      {last_exception && (
        <p className="small">
          <span className="quiet">
            {t('device.answers.exception.last')}
            {t('app.colon')}
          </span>
          {last_exception.text}
        </p>
      )}
      <p className="quiet small">{t('device.answers.note', { collector })}</p>
    </section>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
