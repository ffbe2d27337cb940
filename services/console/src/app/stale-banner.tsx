import { useEffect, useState } from 'react';
import { useOverview } from '../api/overview.ts';
import { useNow, usePlantTime } from '../time/plant-time.tsx';
import { usePreferences } from './preferences.tsx';

const patienceMs = 12_000;

/** Says since when nothing has come from the server, or from NATS; the screen is hatched as long as this lasts. */
export function StaleBanner() {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const silence = useSilence();
  const isStale = silence !== undefined;
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', isStale);
  }, [isStale]);
  if (silence === undefined) return null;
  const { of, since } = silence;
  return (
    <p className="stale" role="alert">
      {since === undefined
        ? t('live.stale.broker.before')
        : t(`live.stale.${of}`, { time: plant.moment(new Date(since)) })}{' '}
      {t('live.stale.hatched')}
    </p>
  );
}

interface Silence {
  readonly of: 'server' | 'broker';
  /** Undefined: since before the page was opened. */
  readonly since: number | undefined;
}

function useSilence(): Silence | undefined {
  const { data, dataUpdatedAt } = useOverview();
  const now = useNow().getTime();
  const seenSince = useSeenSince();
  const [openedAt] = useState(() => Date.now());
  const [brokerAt, setBrokerAt] = useState<number>();
  const hasBroker = data !== undefined && !data.not_asked.some(({ what }) => what === 'broker');
  useEffect(() => {
    if (hasBroker) setBrokerAt(dataUpdatedAt);
  }, [hasBroker, dataUpdatedAt]);
  // A server that hangs refuses nothing, so only time decides. A hidden tab asks nothing, so its time does not count.
  if (now - Math.max(openedAt, dataUpdatedAt, seenSince) > patienceMs) {
    return { of: 'server', since: Math.max(openedAt, dataUpdatedAt) };
  }
  return data === undefined || hasBroker ? undefined : { of: 'broker', since: brokerAt };
}

/** When the tab became visible. */
function useSeenSince(): number {
  const [since, setSince] = useState(0);
  useEffect(() => {
    const note = () => setSince(Date.now());
    document.addEventListener('visibilitychange', note);
    return () => document.removeEventListener('visibilitychange', note);
  }, []);
  return since;
}
