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
      about:
        'Bodies of devices and points with `examples`, `x-label`, `x-help`, `x-options`, `x-unit` and `x-groups`; `x-when`, `x-required-when` and `x-option-when` say which fields go together.',
      schema: { response: { 200: protocolsSchema } },
      handler: async () => ({ results: [...forms()] }),
    }),
  ];
}
