import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import { isAtLeast, roleAt, useMe } from '../api/me.ts';
import { useWhyNotAt } from '../parts/role-note.tsx';
import { ApplyOffer } from './apply-offer.tsx';

/** Offers the present configuration to listed sessions that read by another; if the user may change none, says why. */
export function OutdatedSessions({ sessions }: { sessions: readonly SessionSummary[] }) {
  const me = useMe();
  const outdatedSessions = sessions.filter(({ is_newer_configured: isNewer }) => isNewer);
  const own = outdatedSessions.filter(
    ({ sites }) => me === undefined || isAtLeast(roleAt(me, sites), 'engineer'),
  );
  const why = useWhyNotAt('engineer', [...new Set(outdatedSessions.flatMap(({ sites }) => sites))]);
  return own.length > 0 ? (
    <ApplyOffer sessions={own} />
  ) : (
    <ApplyOffer sessions={outdatedSessions} forbidden={why} />
  );
}
