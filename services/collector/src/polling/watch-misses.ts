import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';

type Miss = NonNullable<Sample['miss']>;

/** This process stood still while the tick passed. */
export const lateMiss = {
  cause: 'overrun',
  detail: 'the collector had no time for it: what came meanwhile is told with a later tick',
} as const;

export const lostOnTheWay =
  'what it told was lost before the broker took it: its source is asked for it again. Bring NATS back or raise SAMPLE_BUFFER_MAX and SPOOL_MAX_BYTES';

export function unansweredMiss(code: string): Miss {
  return { cause: 'timeout', detail: `${code}: its source has not answered yet` };
}

/** @param dropped values that were left out of a tick, which takes `most` */
export function overrunMiss(dropped: number, most: number): Miss {
  const detail = `${dropped} values were left out: a tick takes ${most}, then the last one of each point. Have the device publish less often, or shorten its period`;
  return { cause: 'overrun', detail };
}

/** The last message about these points had no value. */
export function noValuesMiss(bad: readonly { readonly code: string; readonly detail: string }[]): Miss {
  const detail = bad.map(({ code, detail }) => `${code}: ${detail}`).join('; ');
  return { cause: 'exception', detail: detail.slice(0, 2_000) };
}
