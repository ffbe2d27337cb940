import { usePreferences } from '../../app/preferences.tsx';
import { durationText } from '../../time/duration.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import type { Range } from '../summaries.ts';
import { useGaps } from './session-queries.ts';

const shown = 5;

/** The gaps in the time shown, to the second and with their causes, newest first. */
export function Gaps({ id, range }: { id: string; range: Range }) {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const { data } = useGaps(id, range);
  if (data === undefined) return null;
  const newest = data.results.toSorted(
    (one, other) => Date.parse(other.start_time) - Date.parse(one.start_time),
  );
  return (
    <section>
      <h3>{t('detail.gaps', { range: t(`range.${range}`) })}</h3>
      {newest.length === 0 ? (
        <p className="quiet small">{t('detail.gaps.none')}</p>
      ) : (
        <ol className="events">
          {newest.slice(0, shown).map((gap) => (
            <li key={`${gap.device} ${gap.from_tick}`}>
              <time dateTime={gap.start_time}>{plant.moment(new Date(gap.start_time))}</time>
              <span>
                {gap.device}: {t('detail.gaps.ticks', { count: gap.ticks })},{' '}
                {durationText(t, (Date.parse(gap.end_time) - Date.parse(gap.start_time)) / 1_000)}
                <span className="quiet"> {t(`cause.${gap.cause}`)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
