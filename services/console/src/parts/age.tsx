import { usePreferences } from '../app/preferences.tsx';
import { ageText } from '../time/duration.ts';
import { useNow, usePlantTime } from '../time/plant-time.tsx';

/** How old something is, told anew every second; the moment itself on demand. No state is shown without it. */
export function Age({ since }: { since: string | null | undefined }) {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const now = useNow();
  if (since == null) return <span className="quiet">–</span>;
  const at = new Date(since);
  return (
    <time className="age" dateTime={since} title={plant.whole(at)}>
      {ageText(t, Math.max(0, now.getTime() - at.getTime()) / 1_000)}
    </time>
  );
}
