import { readFileSync } from 'node:fs';
import type { CommandLineAccess } from '../access/logins/command-line-routes.ts';
import type { LoginAccess } from '../access/logins/login-access.ts';
import type { FirstLinks } from '../access/people/first-links.ts';
import { type Route, route } from '../http/route.ts';
import { approvalPageRoutes } from './approval-routes.ts';
import { loginPageRoutes } from './login-routes.ts';
import { fontPath } from './page-frame.ts';
import { passwordPageRoutes } from './password-routes.ts';

/** The pages for people, which need no script. */
export function pageRoutes(options: {
  readonly people: LoginAccess;
  readonly links: FirstLinks;
  /** Undefined: there is no company sign-on. */
  readonly companyName: string | undefined;
  readonly commandLines: CommandLineAccess;
}): Route[] {
  const { people, links, companyName, commandLines } = options;
  return [
    fontRoute(),
    ...loginPageRoutes(people, companyName),
    ...passwordPageRoutes(people, links),
    ...approvalPageRoutes(people, commandLines),
  ];
}

const fontFile = new URL(
  '../../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2',
  import.meta.url,
);

/** IBM Plex Sans for Latin letters, in all weights (SIL Open Font License 1.1). */
function fontRoute(): Route {
  const font = readFileSync(fontFile);
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
