import type { AssignReason, ReleaseReason } from '@holdfast/shared/domain/placement/events.ts';
import type { SessionResumed } from '@holdfast/shared/domain/session/events.ts';
import { readWords } from '@holdfast/texts/bounded-text.ts';
import type { Text, Words } from '@holdfast/texts/text.ts';
import { localize } from '../../problems/localize.ts';
import { sessionsText } from '../texts.ts';

type PlacementName =
  | 'waiting'
  | `resumed.${SessionResumed['reason']}`
  | `assigned.${AssignReason}`
  | `released.${Exclude<ReleaseReason, 'refused'>}`;

/** Why a session is placed as it is, by the name that the read model keeps. */
const words: Readonly<Record<PlacementName, Text>> = {
  waiting: sessionsText('waiting'),
  'resumed.resume': sessionsText('resumed_resume'),
  'resumed.recover': sessionsText('resumed_recover'),
  'resumed.restart': sessionsText('resumed_restart'),
  'assigned.start': sessionsText('assigned_start'),
  'assigned.recovery': sessionsText('assigned_recovery'),
  'assigned.failover': sessionsText('assigned_failover'),
  'assigned.drain': sessionsText('assigned_drain'),
  'assigned.rebalance': sessionsText('assigned_rebalance'),
  'assigned.resume': sessionsText('assigned_resume'),
  'released.rebalance': sessionsText('released_rebalance'),
  'released.drain': sessionsText('released_drain'),
  'released.recovery_disabled': sessionsText('released_recovery_disabled'),
};

/** The placement detail to keep in the read model: a name from above. A collector's own words may stand there instead. */
export const placementDetail = (name: PlacementName): string => name;

export function placementText(text: string, isWhole: boolean): string {
  if (Object.hasOwn(words, text)) return localize(words[text as PlacementName]);
  return localize(shownWords(readWords(text), isWhole));
}

/**
 * What a program says about a session, for a caller who may see only some of its devices: words that name something may
 * name another device.
 */
export function shownWords(reason: Words, isWhole: boolean): Words {
  const namesNothing = reason === '' || (typeof reason !== 'string' && reason.params === undefined);
  return isWhole || namesNothing ? reason : sessionsText('shown_at_all_sites');
}
