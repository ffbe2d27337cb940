import { type AppDependencies, routesOf } from '../src/composition/app.ts';

/** A stand-in for everything that routes need: declaring them does not use it. */
export const unused: unknown = new Proxy(() => unused, { get: () => unused });

/** Every route that an API declares, except the one of its OpenAPI document. */
export const allRoutes = routesOf(unused as AppDependencies).routes;
