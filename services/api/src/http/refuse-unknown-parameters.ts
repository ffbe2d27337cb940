import { unknownNames } from '@holdfast/shared/contracts/http/unknown-names.ts';
import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import * as z from 'zod';
import { validationFailed } from '../problems/problem.ts';

/**
 * Refuses parameters that a call does not know. A mistyped filter would filter nothing: a list would show everything,
 * and a deletion would take more than was meant. So every call below /api/ takes only the parameters that its schema
 * names. Health calls, metrics and the document take any, such as marks against caches, and so does a call whose schema
 * is loose, for what others send. Registered before all routes.
 */
export function refuseUnknownParameters(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/')) return;
    const schema = route.schema?.querystring;
    if (takesAny(schema)) return;
    const parameters = parametersOf(schema);
    const refuse: preValidationHookHandler = (request, _reply, done) => {
      const unknown = Object.keys(request.query as object).filter((name) => !parameters.includes(name));
      if (unknown.length === 0) return done();
      done(validationFailed([{ path: '', message: unknownNames('query parameter', unknown, parameters) }]));
    };
    route.preValidation = [refuse, ...[route.preValidation ?? []].flat()];
  });
}

function takesAny(schema: unknown): boolean {
  return schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodUnknown;
}

function parametersOf(schema: unknown): readonly string[] {
  if (schema === undefined) return [];
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  throw new Error('the query of a call has to be an object of zod, so that its parameters are known');
}
