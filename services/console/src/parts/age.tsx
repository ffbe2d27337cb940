import { usePreferences } from '../app/preferences.tsx';
import { ageText } from '../time/duration.ts';
import { useNow, usePlantTime } from '../time/plant-time.tsx';

/**
 * Shows how old something is, updated every second, and the moment itself on demand. No state is shown without an age.
 * @param isAgo words the age as part of a sentence: how long ago it was
 */
export function Age({ since, isAgo = false }: { since: string | null | undefined; isAgo?: boolean }) {
  const { t } = usePreferences();
  const plant = usePlantTime();
  const now = useNow();
  if (since == null) return <span className="quiet">–</span>;
  const at = new Date(since);
  const age = ageText(t, Math.max(0, now.getTime() - at.getTime()) / 1_000);
  return (
    <time className="age" dateTime={since} title={plant.whole(at)}>
      {isAgo ? t('app.ago', { age }) : age}
    </time>
  );
}
