import { forms } from '@holdfast/drivers/bodies.ts';
import { protocolsSchema } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { type Route, route } from '../http/route.ts';

/** /api/config/protocols: how the devices of each protocol are described, for forms. */
export function protocolRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/config/protocols',
      role: 'viewer',
      sites: 'own',
      tag: 'Configuration',
      summary: 'Protocols with their forms: JSON Schemas with words in English and Chinese',
      schema: { response: { 200: protocolsSchema } },
      handler: async () => ({ results: [...forms()] }),
    }),
  ];
}
