import { durationText } from '../../time/duration.ts';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useRangeName } from '../../time/range-name.ts';
import type { TimeRange } from '../../time/time-range.ts';
import { GapOrigins } from '../../words/gap-origins.tsx';
import { useWords } from '../../words/texts.ts';
import { useGaps } from './session-queries.ts';
import { useDetailTexts } from './texts.ts';

const shown = 5;

/** The gaps in the time shown, to the second and with their causes, newest first. */
export function Gaps({ id, range }: { id: string; range: TimeRange }) {
  const { t } = useDetailTexts();
  const { t: word } = useWords();
  const plant = usePlantTime();
  const { short } = useRangeName();
  const { data } = useGaps(id, range);
  if (data === undefined) return null;
  const newest = data.results.toSorted(
    (one, other) => Date.parse(other.start_time) - Date.parse(one.start_time),
  );
  return (
    <section>
      <h3>{t('detail.gaps', { range: short(range) })}</h3>
      {newest.length === 0 ? (
        <p className="quiet small">{t('detail.gaps.none')}</p>
      ) : (
        <ol className="events">
          {newest.slice(0, shown).map((gap) => (
            <li key={`${gap.device} ${gap.from_tick}`}>
              <time dateTime={gap.start_time}>{plant.moment(new Date(gap.start_time))}</time>
              <span>
                {t('detail.gaps.gap', {
                  ...{ count: gap.ticks, device: gap.device },
                  duration: durationText(t, (Date.parse(gap.end_time) - Date.parse(gap.start_time)) / 1_000),
                })}
                <span className="quiet"> {word(`cause.${gap.cause}`)}</span>
                <GapOrigins session={id} events={gap.events} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
