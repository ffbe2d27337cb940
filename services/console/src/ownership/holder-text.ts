import type { OwnershipRow } from '@holdfast/shared/contracts/http/ownership-http.ts';
import { useMemo } from 'react';
import { usePlantTime } from '../time/plant-time.tsx';
import { type HolderThen, holderAt } from './holder-at.ts';
import { useOwnershipTexts } from './texts.ts';

export interface HolderText {
  /** The collector, or why there is none. */
  readonly who: string;
  /** `3rd holder` */
  readonly which: string;
  /** From when to when it held the session, and why it got it. */
  readonly span: string;
  /** Everything known about that moment in one sentence. */
  readonly whole: string;
  readonly kind: HolderThen['kind'];
}

const reasons = ['start', 'resume', 'failover', 'drain', 'rebalance', 'recovery'] as const;
const suffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

/** Who held a session at a moment, in words. */
export function useHolderText(): (row: OwnershipRow, at: number) => HolderText {
  const { t, language } = useOwnershipTexts();
  const plant = usePlantTime();
  return useMemo(() => {
    const nthText = (nth: number) =>
      language === 'en' ? `${nth}${suffixes[ordinals.select(nth)] ?? 'th'}` : String(nth);
    return (row, at) => {
      const then = holderAt(row, at);
      if (then.kind !== 'held') {
        const who = then.kind === 'nobody' ? t('ownership.nobody') : t(`ownership.nobody.${then.kind}`);
        return { kind: then.kind, who, which: '', span: '', whole: who };
      }
      const { span, isSeen } = then;
      const nth = nthText(span.nth);
      const which = t('ownership.holder.nth', { nth });
      const why = reasons.find((each) => each === span.reason);
      const reasonTexts = why ? [t(`ownership.why.${why}`)] : [];
      const isBeforeFirst = span.first_sample === null || at < Date.parse(span.first_sample);
      const missing = span.missing_before ?? 0;
      const parts = [
        `${span.collector_id}${t('app.comma')}${t('ownership.holder', { nth, epoch: String(span.epoch) })}`,
        [
          span.to === null
            ? t('ownership.holder.since', { time: plant.whole(new Date(span.from)) })
            : t('ownership.holder.within', {
                from: plant.whole(new Date(span.from)),
                to: plant.whole(new Date(span.to)),
              }),
          ...reasonTexts,
        ].join(t('app.colon')),
        ...(missing > 0 ? [t('ownership.holder.cost', { count: missing })] : []),
        ...(span.read_twice ? [t('ownership.holder.twice', { count: span.read_twice.ticks })] : []),
        ...(isSeen ? [] : [t(isBeforeFirst ? 'ownership.holder.unseen' : 'ownership.holder.silent')]),
      ];
      const until = span.to === null ? t('sessions.now') : plant.moment(new Date(span.to));
      return {
        ...{ kind: 'held', who: span.collector_id, which },
        span: [`${plant.moment(new Date(span.from))} – ${until}`, ...reasonTexts].join(t('app.comma')),
        whole: parts.join(t('app.semicolon')),
      };
    };
  }, [t, language, plant]);
}
