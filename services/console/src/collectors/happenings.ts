import type { CollectorMove, CollectorView } from '@holdfast/shared/contracts/http/collectors-http.ts';

/** Something that happened to collectors: sessions that moved, or a collector's life that began, changed or ended. */
export type Happening =
  | { readonly kind: 'moved'; readonly time: string; readonly move: CollectorMove }
  | {
      readonly kind: 'appeared' | 'silent' | 'draining' | 'ended' | 'lost' | 'vanished';
      readonly time: string;
      readonly collector: string;
      /** When its last sign of life was, where it is known. */
      readonly heardAt: string | null;
    };

/** The happenings, newest first. Each life ends before the next one begins. */
export function happenings(
  collectors: readonly CollectorView[],
  moves: readonly CollectorMove[],
  only: string | undefined,
): Happening[] {
  const own = collectors.filter(({ id }) => only === undefined || id === only);
  const lives = own.flatMap((each) => [...presentLife(each), ...formerLives(each)]);
  const moveHappenings = moves.map((move): Happening => ({ kind: 'moved', time: move.from, move }));
  return [...lives, ...moveHappenings].sort((one, other) => Date.parse(other.time) - Date.parse(one.time));
}

function presentLife(view: CollectorView): Happening[] {
  const { id: collector, state, started_at, state_since: since, last_heartbeat_at: heardAt } = view;
  const began: Happening = { kind: 'appeared', time: started_at, collector, heardAt };
  if (since === null || state === 'active') return [began];
  return [{ kind: state === 'drained' ? 'draining' : state, time: since, collector, heardAt }, began];
}

function formerLives({ id: collector, former_lives }: CollectorView): Happening[] {
  return former_lives.flatMap(({ how, started_at, over_at, last_heartbeat_at: heardAt }): Happening[] => {
    const began: Happening = { kind: 'appeared', time: started_at, collector, heardAt };
    return over_at === null ? [began] : [{ kind: how, time: over_at, collector, heardAt }, began];
  });
}
