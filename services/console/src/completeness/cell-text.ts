import { useMemo } from 'react';
import { usePlantTime } from '../time/plant-time.tsx';
import { shareText } from '../time/share.ts';
import { dateIn } from '../time/zone-clock.ts';
import type { MapCell } from './map-rows.ts';
import { useMapTexts } from './texts.ts';

const hourMs = 3_600_000;
const tenMinutesMs = 600_000;

/** Tells fields of the map in words. */
export function useCellText() {
  const { t, locale } = useMapTexts();
  const plant = usePlantTime();
  return useMemo(() => {
    const day = new Intl.DateTimeFormat(locale, {
      ...{ timeZone: plant.ofPlant, weekday: 'short', day: 'numeric', month: 'short' },
    });
    const hour = new Intl.DateTimeFormat(locale, {
      ...{ timeZone: plant.ofPlant, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    });
    /** Days and hours are the plant's, which is said where times are shown by another clock. */
    const ofPlant = (name: string) =>
      plant.isOfPlant ? name : t('range.plantDay', { day: name, zone: plant.ofPlant });
    /** `Thu 26 Nov, yesterday`, or `Thu 26 Nov, 14:00 – 15:00` for an hour. */
    const when = ({ from, to }: Pick<MapCell, 'from' | 'to'>): string => {
      const [begin, end] = [new Date(from), new Date(to)];
      const name = day.format(begin);
      if (end.getTime() - begin.getTime() <= 2 * hourMs) {
        return ofPlant(`${day.format(begin)}${t('app.comma')}${hour.format(begin)} – ${hour.format(end)}`);
      }
      const [date, now] = [dateIn(plant.ofPlant, begin), new Date()];
      if (date === dateIn(plant.ofPlant, now)) return ofPlant(`${name}${t('app.comma')}${t('map.today')}`);
      const isYesterday = date === dateIn(plant.ofPlant, now, 1);
      return ofPlant(isYesterday ? `${name}${t('app.comma')}${t('map.yesterday')}` : name);
    };
    const share = ({ stored, expected }: Pick<MapCell, 'stored' | 'expected'>) =>
      expected === 0 ? '–' : shareText(locale, stored, expected);
    const whole = (name: string, cell: MapCell): string => {
      if (cell.expected === 0) return t('map.cell.none', { when: when(cell), name });
      const shareWords = t('map.cell.whole', { when: when(cell), name, share: share(cell) });
      return cell.missing === 0
        ? shareWords
        : `${shareWords}${t('app.comma')}${t('map.cell.missing', { count: cell.missing })}`;
    };
    /** `Due from 21:14 on: nothing was due before.` */
    const due = (time: Pick<MapCell, 'from' | 'to'>, { from, to }: Pick<MapCell, 'from' | 'to'>): string => {
      const [begins, ends] = [Date.parse(time.from) > Date.parse(from), Date.parse(time.to) < Date.parse(to)];
      // In a period that continues, ticks are due up to now, which need not be said.
      const isUntil = ends && Date.parse(time.to) < Date.now() - tenMinutesMs;
      const kind = begins && isUntil ? 'within' : isUntil ? 'until' : 'since';
      const name = (at: string) => ofPlant(hour.format(new Date(at)));
      return t(`map.panel.due.${kind}`, { from: name(time.from), to: name(time.to) });
    };
    return {
      when,
      share,
      whole,
      due,
      dayName: (at: Date) => day.format(at),
      hour: (at: Date) => hour.format(at),
    };
  }, [t, locale, plant]);
}
