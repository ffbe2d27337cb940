import { type AppDependencies, routesOf } from '../src/app.ts';

/** Stands for everything that routes are made of: declaring them asks nothing of it. */
export const unused: unknown = new Proxy(() => unused, { get: () => unused });

/** Every route that an API declares, but that of its OpenAPI document. */
export const allRoutes = routesOf(unused as AppDependencies).routes;
