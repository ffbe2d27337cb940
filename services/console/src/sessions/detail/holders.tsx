import type { AssignReason } from '@holdfast/shared/domain/placement/events.ts';
import { Explanation } from '../../parts/explanation.tsx';
import { usePlantTime } from '../../time/plant-time.tsx';
import { useRangeName } from '../../time/range-name.ts';
import type { TimeRange } from '../../time/time-range.ts';
import { useHolders } from './session-queries.ts';
import { useDetailTexts } from './texts.ts';

interface HolderSpan {
  readonly collector: string;
  readonly epoch: number;
  readonly reason: AssignReason | undefined;
  readonly from: number;
  readonly to: number;
  readonly isNow: boolean;
}

const lane = { height: 22, bar: 14 };
const listedAtMost = 8;
const reasons: readonly AssignReason[] = ['start', 'resume', 'failover', 'drain', 'rebalance', 'recovery'];

/** Who held the session when, and why: a lane for each collector, so that a change is a step, and the same in words. */
export function Holders({ id, range }: { id: string; range: TimeRange }) {
  const { t } = useDetailTexts();
  const plant = usePlantTime();
  const { data } = useHolders(id, range);
  const { short } = useRangeName();
  if (data === undefined) return null;
  const begin = new Date(data.from);
  const end = new Date(data.to);
  const [from, to] = [begin.getTime(), end.getTime()];
  const [row] = data.results;
  const spans = (row?.spans ?? []).map(
    (holder): HolderSpan => ({
      collector: holder.collector_id,
      epoch: holder.epoch,
      reason: reasons.find((each) => each === holder.reason),
      from: Math.max(from, Date.parse(holder.from)),
      to: Math.min(to, holder.to === null ? to : Date.parse(holder.to)),
      isNow: holder.to === null && range.to === undefined,
    }),
  );
  const more = (row?.spans_left_out ?? 0) + Math.max(0, spans.length - listedAtMost);
  const at = (moment: Date) => (to - from > 86_400_000 ? plant.day(moment) : plant.clock(moment));
  const collectors = [...new Set(spans.map(({ collector }) => collector))].sort();
  return (
    <section>
      <h3>
        {t('detail.holders', { range: short(range) })}{' '}
        <Explanation meaning={t('word.epoch.means')}>{t('word.epoch')}</Explanation>
      </h3>
      {spans.length === 0 ? (
        <p className="quiet small">{t('detail.holders.none')}</p>
      ) : (
        <>
          <div className="lanes" aria-hidden="true">
            <ul>
              {collectors.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
            <Lanes spans={spans} collectors={collectors} from={from} to={to} />
            <p className="lanes-axis">
              <span>{at(begin)}</span>
              <span>{range.to === undefined ? t('sessions.now') : at(end)}</span>
            </p>
          </div>
          <ol className="holder-list">
            {spans
              .toReversed()
              .slice(0, listedAtMost)
              .map(({ collector, epoch, reason, from: start, to: until, isNow }) => (
                <li key={epoch}>
                  <span>
                    {plant.moment(new Date(start))} –{' '}
                    {isNow ? t('sessions.now') : plant.moment(new Date(until))}
                  </span>
                  <span>
                    {collector}
                    <span className="heard">
                      {t('app.comma')}
                      {t('sessions.epoch', { epoch: String(epoch) })}
                    </span>
                  </span>
                  {reason && <span className="quiet">{t(`holder.why.${reason}`)}</span>}
                </li>
              ))}
          </ol>
          {more > 0 && <p className="quiet small">{t('detail.holders.more', { count: more })}</p>}
        </>
      )}
    </section>
  );
}

function Lanes({
  spans,
  collectors,
  from,
  to,
}: {
  spans: readonly HolderSpan[];
  collectors: readonly string[];
  from: number;
  to: number;
}) {
  const width = 1_000;
  const x = (at: number) => ((at - from) / (to - from)) * width;
  const y = (collector: string) => collectors.indexOf(collector) * lane.height;
  return (
    <svg
      aria-hidden="true"
      className="lanes-drawing"
      viewBox={`0 0 ${width} ${collectors.length * lane.height}`}
      preserveAspectRatio="none"
      height={collectors.length * lane.height}
    >
      {collectors.map((each) => (
        <line
          key={each}
          className="lane-line"
          x1={0}
          x2={width}
          y1={y(each) + lane.height / 2}
          y2={y(each) + lane.height / 2}
        />
      ))}
      {spans.map((span, index) => {
        const before = spans[index - 1];
        return (
          <g key={span.epoch}>
            {before && before.collector !== span.collector && (
              <line
                className="lane-step"
                x1={x(span.from)}
                x2={x(span.from)}
                y1={y(before.collector) + lane.height / 2}
                y2={y(span.collector) + lane.height / 2}
              />
            )}
            <rect
              className="lane-span"
              x={x(span.from)}
              y={y(span.collector) + (lane.height - lane.bar) / 2}
              width={Math.max(4, x(span.to) - x(span.from))}
              height={lane.bar}
            />
          </g>
        );
      })}
    </svg>
  );
}
