import { lazy, Suspense, useState } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { useRangeName } from '../time/range-name.ts';
import type { TimeRange } from '../time/time-range.ts';

const RangeDialog = lazy(() => import('./range-dialog.tsx'));

const defaultRanges: readonly TimeRange[] = [
  { from: '-1h' },
  { from: '-8h' },
  { from: '-24h' },
  { from: 'today' },
  { from: 'yesterday', to: 'today' },
  { from: '-7d' },
  { from: '-28d' },
];
const keyOf = ({ from, to = '' }: TimeRange) => `${from} ${to}`;

/** The choice of the time that a screen shows: a usual one, or any beginning and end. */
export function RangeChoice({
  range,
  onChange,
  options = defaultRanges,
}: {
  range: TimeRange;
  onChange: (range: TimeRange) => void;
  options?: readonly TimeRange[];
}) {
  const { t } = usePreferences();
  const { label } = useRangeName();
  const [isAsking, setAsking] = useState(false);
  const value = keyOf(range);
  const all = options.some((each) => keyOf(each) === value) ? options : [...options, range];
  return (
    <>
      <select
        className="choice"
        aria-label={t('range.shown')}
        value={value}
        onChange={({ target }) => {
          const range = all.find((each) => keyOf(each) === target.value);
          if (range) onChange(range);
          else setAsking(true);
        }}
      >
        {all.map((each) => (
          <option key={keyOf(each)} value={keyOf(each)}>
            {label(each)}
          </option>
        ))}
        <option value="other">{t('range.choose')}</option>
      </select>
      {isAsking && (
        <Suspense fallback={null}>
          <RangeDialog
            range={range}
            onClose={() => setAsking(false)}
            onChange={(range) => {
              setAsking(false);
              onChange(range);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
