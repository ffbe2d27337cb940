import { type ReactNode, useEffect, useMemo } from 'react';
import { useOverview } from '../api/overview.ts';
import { keep, readKept, usePreferences } from '../app/preferences.tsx';
import { ownZone, PlantTimeContext, plantTime } from './plant-time.tsx';

/** Asks the server for the plant's time zone. */
export function PlantTimeProvider({ children }: { children: ReactNode }) {
  const { locale, clock } = usePreferences();
  const { data } = useOverview();
  const told = data?.time_zone;
  // The last known zone is used at first, so that no time jumps when the server tells it again.
  const ofPlant = told ?? readKept('zone') ?? ownZone();
  useEffect(() => {
    if (told !== undefined) keep('zone', told);
  }, [told]);
  const time = useMemo(() => plantTime(locale, ofPlant, clock), [locale, ofPlant, clock]);
  return <PlantTimeContext value={time}>{children}</PlantTimeContext>;
}
