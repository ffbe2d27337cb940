import { issuedLinkSchema } from '@holdfast/shared/contracts/http/access-http.ts';
import { noFieldsSchema } from '@holdfast/shared/contracts/http/closed-object.ts';
import { type Route, route } from '../../http/route.ts';
import { Problem } from '../../problems/problem.ts';
import { whoOf } from '../access-control.ts';
import { accessText } from '../texts.ts';
import type { FirstLinks } from './first-links.ts';

/** The way to the first administrator, for a caller who has a key or is on this machine. */
export function firstLinkRoute(links: FirstLinks): Route {
  return route({
    method: 'POST',
    url: '/api/system/users/first-link',
    role: 'administrator',
    sites: 'all',
    fresh: true,
    action: 'user.first_link',
    tag: 'Access',
    summary: 'Create a link for the first administrator',
    about: '`url` works once, until `expires_at`, and only while there is no administrator.',
    schema: { body: noFieldsSchema, response: { 201: issuedLinkSchema } },
    handler: async (request, reply) => {
      const link = await links.issue(whoOf(request));
      if (!link) throw administratorExists();
      return reply.code(201).header('cache-control', 'no-store').send(link);
    },
  });
}

function administratorExists(): Problem {
  return new Problem('administrator_exists', accessText('administrator_exists'));
}
