import { usePreferences } from '../app/preferences.tsx';
import { Explained } from '../parts/explained.tsx';
import { MarkLegend } from '../parts/mark-legend.tsx';
import { Ribbon } from './ribbon.tsx';
import type { RibbonPart } from './ribbon-parts.ts';

const whole = { kind: 'stored', from: 0, to: 1 } as const;
const samples: readonly (readonly [
  'stored' | 'gap' | 'now' | 'some' | 'refused' | 'paused',
  readonly RibbonPart[],
])[] = [
  ['stored', [whole]],
  ['gap', [whole, { kind: 'gap', from: 0.4, to: 0.6 }]],
  ['now', [whole, { kind: 'now', from: 0.6, to: 1 }]],
  ['some', [whole, { kind: 'now-some', from: 0.6, to: 1 }]],
  ['refused', [whole, { kind: 'refused', from: 0, to: 1 }]],
  ['paused', [{ kind: 'paused', from: 0, to: 1 }]],
];

/** The legend of the ribbon and of the marks, and the words that users have to know. */
export function Legend() {
  const { t } = usePreferences();
  return (
    <ul className="legend">
      {samples.map(([name, parts]) => (
        <li key={name}>
          <Ribbon parts={parts} severity={2} />
          {t(`legend.${name}`)}
        </li>
      ))}
      <MarkLegend />
      <li>
        <Explained meaning={t('word.tick.means')}>{t('word.tick')}</Explained>
      </li>
      <li>
        <Explained meaning={t('word.epoch.means')}>{t('word.epoch')}</Explained>
      </li>
    </ul>
  );
}
