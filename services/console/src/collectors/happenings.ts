import type { CollectorMove, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';

/** Something that happened to collectors: sessions that moved, or what one is known to have become last. */
export type Happening =
  | { readonly kind: 'moved'; readonly time: string; readonly move: CollectorMove }
  | {
      readonly kind: 'appeared' | 'ended' | 'lost' | 'draining';
      readonly time: string;
      readonly collector: CollectorView;
    };

/** Newest first. The log of sessions tells moves alone, so that of earlier lives of a collector only those are known. */
export function happenings(
  collectors: readonly CollectorView[],
  moves: readonly CollectorMove[],
  only: string | undefined,
): Happening[] {
  const own = collectors.filter(({ id }) => only === undefined || id === only);
  const lives = own.flatMap((collector): Happening[] => {
    const { state, started_at, state_since: since } = collector;
    const began: Happening = { kind: 'appeared', time: started_at, collector };
    if (since === null) return [began];
    if (state === 'ended' || state === 'lost') return [began, { kind: state, time: since, collector }];
    const isAside = state === 'draining' || state === 'drained';
    return isAside ? [began, { kind: 'draining', time: since, collector }] : [began];
  });
  const moved = moves.map((move): Happening => ({ kind: 'moved', time: move.from, move }));
  return [...lives, ...moved].sort((one, other) => Date.parse(other.time) - Date.parse(one.time));
}
