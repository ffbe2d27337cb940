import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Route, route } from '../http/route.ts';
import { fontPath } from './page-frame.ts';

/** IBM Plex Sans for Latin letters, in all weights (SIL Open Font License 1.1). */
export function fontRoute(): Route {
  const font = readFileSync(
    fileURLToPath(
      import.meta.resolve('@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2'),
    ),
  );
  return route({
    method: 'GET',
    url: `/${fontPath}`,
    role: 'open',
    tag: 'Service',
    summary: 'The font of the pages',
    schema: { hide: true },
    handler: (_request, reply) =>
      reply.header('cache-control', 'public, max-age=2592000').type('font/woff2').send(font),
  });
}
