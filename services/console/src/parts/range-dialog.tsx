import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePlantTime } from '../time/plant-time.tsx';
import { spanOf, type TimeRange } from '../time/time-range.ts';
import { Overlay } from './overlay.tsx';
import { useRangeTexts } from './range-texts.ts';
import { TimeField } from './time-field.tsx';

interface RangeDialogProps {
  readonly range: TimeRange;
  onChange(range: TimeRange): void;
  onClose(): void;
}

/** Asks for a beginning and an end, by the clock that the console shows. */
export default function RangeDialog({ range, onChange, onClose }: RangeDialogProps) {
  const { t } = useRangeTexts();
  const { ofPlant, zoneName } = usePlantTime();
  const [ends, setEnds] = useState(() => {
    const { from, to } = spanOf(range, ofPlant, new Date());
    return { from: wholeMinute(from), to: wholeMinute(to) };
  });
  const isWrong = ends.from >= ends.to || ends.from >= Date.now();
  return (
    <Overlay title={t('range.dialog.title')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isWrong) return;
          onChange({ from: isoMinute(ends.from), to: isoMinute(ends.to) });
        }}
      >
        <p className="quiet">{t('range.dialog.zone', { zone: zoneName() })}</p>
        {(['from', 'to'] as const).map((each) => (
          <TimeField
            key={each}
            label={t(`range.dialog.${each}`)}
            at={ends[each]}
            onAt={(at) => setEnds((before) => ({ ...before, [each]: at }))}
          />
        ))}
        {/* The message keeps its room: a button that moved when the field is left would be missed. */}
        <p role="alert" style={{ visibility: isWrong ? 'visible' : 'hidden' }}>
          {t('range.dialog.wrong')}
        </p>
        <div className="overlay-actions">
          <Button className="button" onPress={onClose}>
            {t('command.cancel')}
          </Button>
          <Button className="button is-main" type="submit">
            {t('range.dialog.do')}
          </Button>
        </div>
      </form>
    </Overlay>
  );
}

/** `2026-11-26T16:00Z` */
function isoMinute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}

const wholeMinute = (at: Date) => Math.floor(at.getTime() / 60_000) * 60_000;
