import { overviewSchema } from '@holdfast/shared/contracts/http/overview-http.ts';
import { type Route, route } from '../../http/route.ts';
import { type OverviewSources, overviewOf } from './overview-view.ts';

/** /api/system/overview: for the line on top of every screen, and for the first screen. */
export function overviewRoutes(sources: OverviewSources): Route[] {
  const overview = overviewOf(sources);
  return [
    route({
      method: 'GET',
      url: '/api/system/overview',
      role: 'viewer',
      sites: 'own',
      tag: 'System',
      summary: 'Show everything in one overview',
      about: 'At most a second old.',
      schema: { response: { 200: overviewSchema } },
      handler: (request) => overview(request.grantedSites),
    }),
  ];
}
