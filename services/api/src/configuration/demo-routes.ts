import { demoSchema, type OfferedDemo } from '@holdfast/shared/contracts/http/demo-http.ts';
import { type Route, route } from '../http/route.ts';

/** /api/config/demo: the configuration with which an empty installation may be filled at once. */
export function demoRoutes(configuration: OfferedDemo | undefined): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/config/demo',
      role: 'viewer',
      sites: 'own',
      tag: 'Configuration',
      summary: 'The configuration of the demo, where its simulator runs',
      schema: { response: { 200: demoSchema } },
      handler: async () => ({ configuration: configuration ?? null }),
    }),
  ];
}
