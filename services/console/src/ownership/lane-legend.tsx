import { Explained } from '../parts/explained.tsx';
import { Lane } from './lane.tsx';
import type { LanePart } from './lane-parts.ts';
import { useOwnershipTexts } from './texts.ts';

const time = { from: 0, to: 1, isLive: true };
const kinds = ['held', 'unseen', 'unheld', 'paused', 'now', 'twice'] as const;
const none = () => '';
const first = () => 0;

/** The legend of the lanes. */
export function LaneLegend() {
  const { t } = useOwnershipTexts();
  return (
    <ul className="legend">
      {kinds.map((kind) => (
        <li key={kind}>
          <Lane parts={samples[kind]} time={time} tintOf={first} labelOf={none} />
          {t(`ownership.legend.${kind}`)}
        </li>
      ))}
      <li>
        <span className="legend-rule" aria-hidden="true" />
        {t('ownership.legend.move')}
      </li>
      <li>
        <Explained meaning={t('word.epoch.means')}>{t('word.epoch')}</Explained>
      </li>
    </ul>
  );
}

const samples: Readonly<Record<(typeof kinds)[number], readonly LanePart[]>> = {
  held: [{ kind: 'held', from: 0, to: 1 }],
  unseen: [
    { kind: 'unseen', from: 0, to: 0.5 },
    { kind: 'held', from: 0.5, to: 1 },
  ],
  unheld: [
    { kind: 'held', from: 0, to: 0.35 },
    { kind: 'held', from: 0.65, to: 1 },
  ],
  paused: [{ kind: 'paused', from: 0, to: 1 }],
  now: [{ kind: 'nobody', from: 0, to: 1 }],
  twice: [
    { kind: 'held', from: 0, to: 1 },
    { kind: 'twice', from: 0.4, to: 0.6 },
  ],
};
