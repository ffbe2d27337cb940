import { useIsFetching, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { usePreferences } from './preferences.tsx';

const patienceMs = 12_000;

/** Says since when nothing came from the server; what is on the screen is hatched as long as that lasts. */
export function StaleBanner() {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const since = useSilence();
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', since !== undefined);
  }, [since]);
  if (since === undefined) return null;
  return (
    <p className="stale" role="alert">
      {t('live.stale', { time: plant.clock(since, true) })}
    </p>
  );
}

/** When the server was last heard, once it has failed to answer for a while. */
function useSilence(): Date | undefined {
  const queries = useQueryClient();
  useIsFetching();
  const now = useNow();
  const [heardAt] = useState(() => Date.now());
  const live = queries.getQueryCache().findAll({ queryKey: ['system', 'overview'], type: 'active' });
  const isFailing = live.some(({ state }) => state.fetchFailureCount > 0 || state.status === 'error');
  const last = Math.max(heardAt, ...live.map(({ state }) => state.dataUpdatedAt));
  return isFailing && now.getTime() - last > patienceMs ? new Date(last) : undefined;
}
