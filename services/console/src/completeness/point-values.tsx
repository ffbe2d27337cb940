import type { CompletenessView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import { QueryAnswer } from '../parts/query-answer.tsx';
import { usePlantTime } from '../time/plant-time.tsx';
import { useWords } from '../words/texts.ts';
import { type GapsQuery, useValuesOfSession } from './completeness-queries.ts';
import { useMapTexts } from './texts.ts';

const pointsNamed = 20;

/** How many values the points of a session gave in a period, and which points gave none. */
export function PointValues({ gapQuery, readAt }: { gapQuery: GapsQuery; readAt: number }) {
  const { t } = useMapTexts();
  const query = useValuesOfSession(gapQuery, readAt);
  return (
    <>
      <h3>{t('map.values')}</h3>
      <QueryAnswer query={query} title={t('map.failed')}>
        {(completeness) => <PointCompleteness completeness={completeness} />}
      </QueryAnswer>
    </>
  );
}

function PointCompleteness({ completeness }: { completeness: CompletenessView }) {
  const { t, locale } = useMapTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const numbers = new Intl.NumberFormat(locale);
  const { values, never_delivered: never, never_delivered_count: count } = completeness;
  const more = count - Math.min(pointsNamed, never.length);
  return (
    <>
      <p>
        {values === null
          ? t('map.values.unknown')
          : t('map.values.of', {
              expected: numbers.format(values.expected),
              delivered: numbers.format(values.delivered),
            })}
      </p>
      {count > 0 && (
        <>
          <p>{t('map.values.never', { count })}</p>
          <ul className="panel-gaps">
            {never.slice(0, pointsNamed).map(({ device, point, since, cause }) => (
              <li key={`${device} ${point}`}>
                <p>
                  <strong>
                    {device} · {point}
                  </strong>
                </p>
                <p>
                  {word(`cause.${cause}`)}
                  <span className="quiet">
                    {' · '}
                    <time dateTime={since}>
                      {t('map.values.since', { time: plant.whole(new Date(since)) })}
                    </time>
                  </span>
                </p>
              </li>
            ))}
          </ul>
          {more > 0 && <p className="quiet small">{t('map.values.more', { count: more })}</p>}
        </>
      )}
    </>
  );
}
