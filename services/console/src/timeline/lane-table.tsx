import type { Timeline } from '@holdfast/shared/contracts/http/timeline-http.ts';
import { useMemo, useState } from 'react';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { deviceLanes, logLanes, missingBuckets } from './lanes.ts';
import { usePartWords } from './part-words.ts';
import { useTimelineTexts } from './texts.ts';

const rowsAtMost = 300;

/** Everything in the lanes in words, made on demand. */
export function LaneTable({ line }: { line: Timeline }) {
  const { t } = useTimelineTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="tl-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('timeline.table')}</summary>
      {isOpen && <Rows line={line} />}
    </details>
  );
}

function Rows({ line }: { line: Timeline }) {
  const { t } = useTimelineTexts();
  const words = usePartWords();
  const plant = usePlantTime();
  const rows = useMemo(() => {
    const { troubledLanes, calmLanes } = deviceLanes(line);
    const missing = missingBuckets(line).filter(({ ticks }) => ticks > 0);
    return [
      ...[...logLanes(line), ...troubledLanes, ...calmLanes].flatMap((lane) =>
        lane.parts.map((part) => ({
          lane: words.lane(lane),
          what: words.whole(part),
          key: `${lane.key} ${part.from} ${part.kind}`,
        })),
      ),
      ...missing.map(({ from, to, ticks }) => ({
        lane: t('timeline.lane.missing'),
        what: `${t('timeline.ticks.missing', { count: ticks })}${t('app.colon')}${plant.moment(new Date(from))} – ${plant.moment(new Date(to))}${t('app.comma')}${durationText(t, (to - from) / 1_000)}`,
        key: `missing ${from}`,
      })),
    ];
  }, [line, words, plant, t]);
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('timeline.table.lane')}</th>
            <th scope="col">{t('timeline.table.what')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, rowsAtMost).map(({ key, lane, what }) => (
            <tr key={key}>
              <th scope="row">{lane}</th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > rowsAtMost && (
        <p className="quiet small">{t('timeline.table.more', { count: rows.length - rowsAtMost })}</p>
      )}
    </>
  );
}
