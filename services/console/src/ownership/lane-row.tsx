import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useHolderText } from './holder-text.ts';
import { Lane } from './lane.tsx';
import { type Absence, type LanePart, type LaneTime, laneParts } from './lane-parts.ts';
import { useOwnershipTexts } from './texts.ts';

/** A session: its name, its lane, and who held it at the chosen moment. */
export function LaneRow({
  row,
  absences,
  only,
  time,
  at,
  isTabStop,
  tintOf,
}: {
  row: OwnershipRow;
  absences: readonly Absence[] | undefined;
  only: string | undefined;
  time: LaneTime;
  at: number;
  isTabStop: boolean;
  tintOf: (collector: string) => number;
}) {
  const { t } = useOwnershipTexts();
  const holderText = useHolderText();
  const plant = usePlantTime();
  const parts = useMemo(() => {
    if (only === undefined) return laneParts(row, time, absences);
    // Only this collector's time counts, not the session's time with others.
    const spans = row.spans.filter(({ collector_id }) => collector_id === only);
    const own = absences?.filter(({ from }) =>
      spans.some((span) => Date.parse(span.from) <= from && (span.to === null || from < Date.parse(span.to))),
    );
    return laneParts({ ...row, spans, life: [] }, time, own);
  }, [row, absences, only, time]);
  const labelOf = useCallback(
    (part: LanePart) => {
      switch (part.kind) {
        case 'held':
          // Below the collector's name a part needs no text.
          return only === undefined ? (part.collector ?? '') : '';
        case 'paused':
          return t('ownership.legend.paused');
        case 'nobody':
          return t('ownership.nobody');
        case 'failed':
          return t('ownership.nobody.failed');
        case 'twice':
          return t('ownership.legend.twice');
        default:
          return '';
      }
    },
    [t, only],
  );
  const then = holderText(row, at);
  const name = `${row.task_code} ${row.session_id}`;
  return (
    <>
      <div role="rowheader" className="lane-name">
        <Link to="/sessions" search={{ session: row.session_id }} title={row.task_name}>
          {row.task_code}
        </Link>{' '}
        <span className="quiet small">{row.session_id}</span>
      </div>
      <div role="cell" className="lane-cell">
        <div
          role="slider"
          tabIndex={isTabStop ? 0 : -1}
          className="lane-slider"
          aria-label={t('ownership.spans', { session: name })}
          aria-valuemin={time.from}
          aria-valuemax={time.to}
          aria-valuenow={at}
          aria-valuetext={then.whole}
        >
          <Lane parts={parts} time={time} tintOf={tintOf} labelOf={labelOf} />
        </div>
      </div>
      <div role="cell" className={`lane-then is-${then.kind}`} title={then.whole}>
        <span className="lane-who">{then.who}</span>
        {then.which !== '' && <span className="quiet small">{then.which}</span>}
        {then.span !== '' && <span className="quiet small lane-span-text">{then.span}</span>}
        <ul className="heard">
          {row.spans.map((span) => (
            <li key={span.epoch}>{holderText(row, Math.max(time.from, Date.parse(span.from))).whole}</li>
          ))}
          {absences?.map(({ from, to }) => (
            <li key={from}>
              {t('ownership.away', {
                time: plant.whole(new Date(from)),
                duration: durationText(t, (to - from) / 1_000),
              })}
            </li>
          ))}
        </ul>
        {row.spans_left_out > 0 && (
          <span className="heard">{t('ownership.more', { count: row.spans_left_out })}</span>
        )}
      </div>
    </>
  );
}
