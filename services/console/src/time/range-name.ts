import { useMemo } from 'react';
import { usePreferences } from '../app/preferences.tsx';
import { usePlantTime } from './plant-time.tsx';
import { agoOf, spanOf, type TimeRange } from './time-range.ts';

/** Ranges in words: `label` stands alone (`Last 24 h`), `short` follows other words (`24 h`). */
export function useRangeName(): { label(range: TimeRange): string; short(range: TimeRange): string } {
  const { t } = usePreferences();
  const plant = usePlantTime();
  return useMemo(() => {
    const between = (range: TimeRange) => {
      const { from, to, isLive } = spanOf(range, plant.ofPlant, new Date());
      return `${plant.minute(from)} – ${isLive ? t('sessions.now') : plant.minute(to)}`;
    };
    const short = (range: TimeRange) => {
      const { from, to } = range;
      // Days are always the plant's; where times are shown by another clock, this is said.
      const day = (name: string) =>
        plant.isOfPlant ? name : t('range.plantDay', { day: name, zone: plant.ofPlant });
      if (from === 'yesterday' && to === 'today') return day(t('range.yesterday'));
      if (to !== undefined) return between(range);
      if (from === 'today') return day(t('range.today'));
      const ago = agoOf(from);
      return ago ? t(`range.${ago.unit}`, { n: ago.n }) : between(range);
    };
    const label = (range: TimeRange) =>
      range.to === undefined && agoOf(range.from) ? t('range.last', { length: short(range) }) : short(range);
    return { label, short };
  }, [t, plant]);
}
