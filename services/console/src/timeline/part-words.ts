import { useMemo } from 'react';
import { durationText } from '../time/duration.ts';
import { usePlantTime } from '../time/plant-time.tsx';
import { useWords } from '../words/texts.ts';
import type { Lane, LanePart } from './lanes.ts';
import { useTimelineTexts } from './texts.ts';

/** Parts of lanes in words. */
export function usePartWords(): {
  /** The short text inside the part itself. */
  short(part: LanePart): string;
  /** Everything that the drawing says about the part. */
  whole(part: LanePart): string;
  lane(lane: Pick<Lane, 'kind' | 'name'>): string;
} {
  const { t } = useTimelineTexts();
  const { t: w } = useWords();
  const plant = usePlantTime();
  return useMemo(() => {
    const short = ({ text, kind }: LanePart): string => {
      if (text === undefined) return '';
      switch (text.of) {
        case 'life': {
          const { state, by, joined } = text.part;
          if (kind === 'several') return t('timeline.several', { count: joined });
          if (state === 'running') return '';
          return [t(`timeline.state.${state}`), by].filter(Boolean).join(' · ');
        }
        case 'holder': {
          const { collector_id: collector, number, joined } = text.part;
          if (kind === 'several') return t('timeline.several', { count: joined });
          return `${collector} · ${number}`;
        }
        case 'health': {
          const { status, joined } = text.part;
          if (joined > 1) return t('timeline.several', { count: joined });
          return status === 'healthy' ? '' : w(`device.${status}`);
        }
        case 'gap':
          return t('timeline.ticks', { count: text.ticks });
        default:
          return text satisfies never;
      }
    };
    const whole = (part: LanePart): string => {
      const { text, from, to } = part;
      const when = `${plant.moment(new Date(from))} – ${plant.moment(new Date(to))}${t('app.comma')}${durationText(t, (to - from) / 1_000)}`;
      if (text === undefined) return when;
      const partText = () => {
        switch (text.of) {
          case 'life': {
            const { state, by, reason } = text.part;
            const who = by === null ? '' : t('timeline.by', { by });
            return [t(`timeline.state.${state}`), who, reason].filter(Boolean).join(t('app.comma'));
          }
          case 'holder': {
            const { collector_id: collector, number, epoch } = text.part;
            return t('timeline.holder', { collector, number, epoch: String(epoch) });
          }
          case 'health':
            return [w(`device.${text.part.status}`), text.part.detail].filter(Boolean).join(t('app.comma'));
          case 'gap':
            return t('timeline.ticks.missing', { count: text.ticks });
          default:
            return text satisfies never;
        }
      };
      const joinedCount = 'part' in text ? text.part.joined : 1;
      const several = joinedCount > 1 ? ` (${t('timeline.several', { count: joinedCount })})` : '';
      return `${partText()}${several}${t('app.colon')}${when}`;
    };
    const lane = ({ kind, name }: Pick<Lane, 'kind' | 'name'>) =>
      kind === 'device' ? name : t(`timeline.lane.${kind}`);
    return { short, whole, lane };
  }, [t, w, plant]);
}
