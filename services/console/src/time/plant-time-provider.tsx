import { type ReactNode, useEffect, useMemo } from 'react';
import { useOverview } from '../api/overview.ts';
import { readSetting, storeSetting, usePreferences } from '../app/preferences.tsx';
import { ownZone, PlantTimeContext, plantTime } from './plant-time.tsx';

/** Asks the server for the plant's time zone. */
export function PlantTimeProvider({ children }: { children: ReactNode }) {
  const { locale, clock } = usePreferences();
  const { data } = useOverview();
  const plantZone = data?.time_zone;
  // The last known zone is used at first, so that no time jumps when the server reports it again.
  const ofPlant = plantZone ?? readSetting('zone') ?? ownZone();
  useEffect(() => {
    if (plantZone !== undefined) storeSetting('zone', plantZone);
  }, [plantZone]);
  const time = useMemo(() => plantTime(locale, ofPlant, clock), [locale, ofPlant, clock]);
  return <PlantTimeContext value={time}>{children}</PlantTimeContext>;
}
