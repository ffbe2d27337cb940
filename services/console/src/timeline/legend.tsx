import { useCallback } from 'react';
import { Explained } from '../parts/explained.tsx';
import { drawLane, type Pen } from './draw-lane.ts';
import { LaneCanvas } from './lane-canvas.tsx';
import { useTimelineTexts } from './texts.ts';
import { timeScale } from './time-scale.ts';

const scale = timeScale({ from: 0, to: 10 });
const samples = ['hole', 'now', 'hollow', 'several'] as const;

/** The signs of the lanes. */
export function TimelineLegend() {
  const { t } = useTimelineTexts();
  return (
    <ul className="tl-legend">
      {samples.map((kind) => (
        <li key={kind}>
          <Sample kind={kind} label={t(`timeline.legend.${kind}`)} />
          <span aria-hidden="true">{t(`timeline.legend.${kind}`)}</span>
        </li>
      ))}
      <li>
        <Explained meaning={t('word.epoch.means')}>{t('word.epoch')}</Explained>
      </li>
    </ul>
  );
}

function Sample({ kind, label }: { kind: (typeof samples)[number]; label: string }) {
  const draw = useCallback(
    (pen: Pen) =>
      drawLane(
        pen,
        {
          kind: 'device',
          parts: [
            { kind: 'solid', from: 0, to: 10, text: undefined },
            { kind, from: 3, to: 10, text: undefined },
          ],
        },
        scale,
        () => '',
      ),
    [kind],
  );
  return <LaneCanvas draw={draw} label={label} />;
}
