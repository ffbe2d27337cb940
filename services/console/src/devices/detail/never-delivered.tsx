import type { DeviceHealthView } from '@holdfast/shared/contracts/http/device-health-http.ts';
import { Answered } from '../../parts/answered.tsx';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useWords } from '../../words/texts.ts';
import { useNeverDelivered } from '../device-queries.ts';
import { useDeviceTexts } from './texts.ts';

const namedAtMost = 20;

/** Points that gave no value for a day although others of the device did, with the cause and the least duration. */
export function NeverDelivered({ view }: { view: DeviceHealthView }) {
  const { t } = useDeviceTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const query = useNeverDelivered(view);
  return (
    <section>
      <h3>{t('device.undelivered')}</h3>
      <Answered query={query} title={t('device.undelivered.failed')}>
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
      </Answered>
    </section>
  );
}
