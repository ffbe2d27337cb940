import { createContext, use, useEffect, useState } from 'react';
import type { Clock } from '../app/preferences.tsx';
import { wallOf } from './zone-clock.ts';

/** Shows times by the clocks in the plant, wherever the browser is, or by the clock that the user has chosen. */
export interface PlantTime {
  /** The zone in which times are shown. */
  readonly zone: string;
  /** The zone in which the plant counts its days. */
  readonly ofPlant: string;
  /** `UTC+8` */
  offset(at?: Date): string;
  /** `Asia/Shanghai, UTC+8` */
  zoneName(at?: Date): string;
  /** Whether times are shown in the plant's own zone. */
  readonly isOfPlant: boolean;
  clock(at: Date, withSeconds?: boolean): string;
  /** The time of day alone for today, else with its day. */
  moment(at: Date, now?: Date): string;
  /** `26 Nov` */
  day(at: Date): string;
  /** `26 Nov, 14:30` */
  minute(at: Date): string;
  /** `26 Nov 2026, 14:30` */
  minuteOfYear(at: Date): string;
  /** The time with its day and seconds. */
  whole(at: Date): string;
  /** Beginning and end, with the zone. */
  between(from: Date, to: Date): string;
}

export const PlantTimeContext = createContext<PlantTime | undefined>(undefined);

export function usePlantTime(): PlantTime {
  const time = use(PlantTimeContext);
  if (time === undefined) throw new Error('there is no plant time above this component');
  return time;
}

export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export function plantTime(locale: string, ofPlant: string, clock: Clock = 'plant'): PlantTime {
  const timeZone = { plant: ofPlant, own: ownZone(), utc: 'UTC' }[clock];
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options });
  const short = format({ hour: '2-digit', minute: '2-digit' });
  const long = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const day = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const near = format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  const nearInYear = format({
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit' },
  });
  const date = format({ day: 'numeric', month: 'short' });
  const whole = format({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const offsets = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' });
  const offset = (at = new Date()) => {
    const name = offsets.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    return name.replace('GMT', 'UTC').replace(/[+-]0$/, '');
  };
  const now = new Date();
  const isChinese = locale.startsWith('zh');
  const zoneName = (at?: Date) =>
    [...new Set([timeZone.replace('Etc/UTC', 'UTC'), offset(at)])].join(isChinese ? '，' : ', ');
  return {
    zone: timeZone,
    ofPlant,
    isOfPlant: wallOf(timeZone, now) === wallOf(ofPlant, now),
    ...{ offset, zoneName },
    between: (from, to) => {
      const stretch = `${whole.format(from)} – ${whole.format(to)}`;
      return isChinese ? `${stretch}（${zoneName(from)}）` : `${stretch} (${zoneName(from)})`;
    },
    clock: (at, withSeconds = false) => (withSeconds ? long : short).format(at),
    moment: (at, now = new Date()) => (day.format(at) === day.format(now) ? long : near).format(at),
    day: (at) => date.format(at),
    minute: (at) => near.format(at),
    minuteOfYear: (at) => nearInYear.format(at),
    whole: (at) => whole.format(at),
  };
}

/** The present time, updated every second; the page does not change in between. */
export function useNow(everyMs = 1_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
