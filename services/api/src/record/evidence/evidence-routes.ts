import type { Route } from '../../http/route.ts';
import { completenessRoute } from './completeness-route.ts';
import type { EvidenceSources } from './evidence-sources.ts';
import { gapsRoute } from './gaps-route.ts';
import { ownershipRoute } from './ownership-route.ts';
import { reportRoutes } from './report-routes.ts';

/**
 * Routes that prove over all sessions that nothing was lost, or show what was: who held them, what is there, what is
 * not.
 */
export function evidenceRoutes(sources: EvidenceSources): Route[] {
  return [ownershipRoute(sources), completenessRoute(sources), gapsRoute(sources), ...reportRoutes(sources)];
}
