import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePlantTime } from '../time/plant-time.tsx';
import { spanOf, type TimeRange } from '../time/time-range.ts';
import { atWall, wallOf } from '../time/zone-clock.ts';
import { Overlay } from './overlay.tsx';
import { useRangeTexts } from './range-texts.ts';

interface Asked {
  readonly range: TimeRange;
  onChange(range: TimeRange): void;
  onClose(): void;
}

/** Asks for any from and to, by the clock that the console shows. */
export default function RangeDialog({ range, onChange, onClose }: Asked) {
  const { t } = useRangeTexts();
  const { zone, ofPlant, offset } = usePlantTime();
  const [wall, setWall] = useState(() => {
    const { from, to } = spanOf(range, ofPlant, new Date());
    return { from: wallOf(zone, from).slice(0, 16), to: wallOf(zone, to).slice(0, 16) };
  });
  const isWrong = wall.from >= wall.to || wall.from >= wallOf(zone, new Date());
  return (
    <Overlay title={t('range.dialog.title')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isWrong) return;
          const [from, to] = [atWall(zone, wall.from), atWall(zone, wall.to)];
          onChange({ from: isoMinute(from), to: isoMinute(to) });
        }}
      >
        <p className="quiet">
          {t('range.dialog.zone', { zone: zone === offset() ? zone : `${zone}${t('app.comma')}${offset()}` })}
        </p>
        {(['from', 'to'] as const).map((each) => (
          <label key={each} className="labelled">
            {t(`range.dialog.${each}`)}
            <input
              type="datetime-local"
              className="field"
              required
              value={wall[each]}
              onChange={({ target }) => setWall({ ...wall, [each]: target.value.slice(0, 16) })}
            />
          </label>
        ))}
        {isWrong && <p role="alert">{t('range.dialog.wrong')}</p>}
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit" isDisabled={isWrong}>
            {t('range.dialog.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}

/** `2026-11-26T16:00Z` */
function isoMinute(at: Date): string {
  return `${at.toISOString().slice(0, 16)}Z`;
}
