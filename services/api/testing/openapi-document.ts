import { fastify } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { addOpenApi } from '../src/http/openapi.ts';
import { serveRoutes } from '../src/http/serve-routes.ts';
import { allRoutes, unused } from './all-routes.ts';

/** The OpenAPI document of an API, without one that runs. */
export async function openApiDocument(): Promise<unknown> {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await addOpenApi(app, false);
  serveRoutes(app, allRoutes, unused as Parameters<typeof serveRoutes>[2]);
  await app.ready();
  try {
    return app.swagger();
  } finally {
    await app.close();
  }
}
