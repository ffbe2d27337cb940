import { useTyped } from '../parts/use-typed.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { atWall, wallOf } from '../time/zone-clock.ts';
import { useOwnershipTexts } from './texts.ts';

/** While a year is typed it has fewer digits. */
const firstMs = Date.UTC(2000, 0);

/** The moment that is looked at, to be typed: any until now. */
export function MomentField({ at, onAt }: { at: number; onAt: (at: number) => void }) {
  const { t } = useOwnershipTexts();
  const { zone } = usePlantTime();
  const [typed, type] = useTyped(typedAs(zone, at), (value) => {
    // Without all of its parts it is empty.
    if (value === '') return;
    const moment = atWall(zone, value.length === 16 ? `${value}:00` : value).getTime();
    if (moment >= firstMs && moment <= Date.now()) onAt(moment);
  });
  return (
    <label>
      {t('ownership.at')}{' '}
      <input
        type="datetime-local"
        step={1}
        className="field"
        max={typedAs(zone, Date.now())}
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
