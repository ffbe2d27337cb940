import { useTyped } from '../parts/use-typed.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { atWall, wallOf } from '../time/zone-clock.ts';
import type { LaneTime } from './lane-parts.ts';
import { useOwnershipTexts } from './texts.ts';

/** The moment that is looked at, to be typed. */
export function MomentField({ time, at, onAt }: { time: LaneTime; at: number; onAt: (at: number) => void }) {
  const { t } = useOwnershipTexts();
  const { zone } = usePlantTime();
  const [typed, type] = useTyped(typedAs(zone, at), (value) => {
    // Without all of its parts it is empty.
    if (value !== '') onAt(atWall(zone, value.length === 16 ? `${value}:00` : value).getTime());
  });
  return (
    <label>
      {t('ownership.at')}{' '}
      <input
        type="datetime-local"
        step={1}
        className="field"
        min={typedAs(zone, time.from)}
        max={typedAs(zone, time.to)}
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </label>
  );
}

/** As the field has it: without seconds where there are none. */
function typedAs(zone: string, at: number): string {
  return wallOf(zone, new Date(at))
    .slice(0, 19)
    .replace(/^(.{16}):00$/, '$1');
}
