import { driverText } from '@holdfast/driver/texts.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import type { Text } from '@holdfast/texts/text.ts';

interface Miss {
  readonly cause: NonNullable<Sample['miss']>['cause'];
  readonly detail: Text;
}

/** This process stood still while the tick passed. */
export const lateMiss = {
  cause: 'overrun',
  detail: collectorText('no_time_for_it'),
} as const;

export const lostOnTheWay = collectorText('lost_before_the_broker');

export function unansweredMiss(code: string): Miss {
  return {
    cause: 'timeout',
    detail: collectorText('of_device', { device: code, why: collectorText('source_has_not_answered') }),
  };
}

/** @param dropped values that were left out of a tick, which takes `most` */
export function overrunMiss(dropped: number, most: number): Miss {
  const detail = collectorText('values_left_out', { count: dropped, most });
  return { cause: 'overrun', detail };
}

/** The last message about these points had no value. */
export function noValuesMiss(bad: readonly { readonly code: string; readonly detail: Text }[]): Miss {
  const texts = bad
    .slice(0, mostProblems)
    .map(({ code, detail }) => driverText('of_point', { point: code, why: detail }));
  const more = bad.length - texts.length;
  return {
    cause: 'exception',
    detail: allOf(more > 0 ? [...texts, driverText('and_more', { count: more })] : texts),
  };
}

/** Most faults of single points that a tick names. */
export const mostProblems = 50;

/** Several texts in one. */
export function allOf(texts: readonly Text[]): Text {
  const [first] = texts;
  return first && texts.length === 1 ? first : collectorText('each_of', { texts });
}
