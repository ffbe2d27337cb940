import type { ApiKeyRecord } from '@holdfast/shared/contracts/api-key.ts';
import {
  createdKeySchema,
  createKeySchema,
  type KeyView,
  keyPageSchema,
  keyViewSchema,
} from '@holdfast/shared/contracts/http/access-http.ts';
import { fieldText } from '@holdfast/shared/contracts/words/field-texts.ts';
import { networkProblem } from '@holdfast/shared/runtime/networks.ts';
import * as z from 'zod';
import type { Database } from '../database/open-database.ts';
import { type Route, route } from '../http/route.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { whoOf } from './access-control.ts';
import type { ApiKeys } from './api-keys.ts';
import { sitesWhere } from './granted-sites.ts';
import { requestedGrants } from './requested-grants.ts';
import { accessText } from './texts.ts';

const params = z.object({ id: z.string().describe('Id or name of the key') });

export function keyRoutes(database: Database, keys: ApiKeys): Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/system/keys',
      role: 'administrator',
      sites: 'all',
      tag: 'Access',
      summary: 'List API keys',
      about:
        '`status` is `active`, `expired` or `revoked`. `last_used_at` is accurate to five minutes; null: never used.',
      schema: { response: { 200: keyPageSchema } },
      handler: async () => ({
        results: keys.list().map(keyView),
        next_cursor: null,
      }),
    }),
    route({
      method: 'POST',
      url: '/api/system/keys',
      role: 'administrator',
      sites: 'all',
      fresh: true,
      action: 'key.create',
      tag: 'Access',
      summary: 'Create an API key',
      about:
        'The answer has `key`, the whole key, only this once; the API stores its SHA-256. With `sites` (codes) a role holds there only; `role` and `sites` in place of `grants` are one grant. With `networks` (`10.20.0.0/16`, single addresses) the key works only from there. Two active keys never have the same `name`, whatever its case. The first key must be that of an `administrator` and have no expiry, sites or networks.',
      schema: { body: createKeySchema, response: { 201: createdKeySchema } },
      handler: async (request, reply) => {
        const { name, expires_at: expiresAt } = request.body;
        const networks = request.body.networks ?? [];
        const faults = networks.flatMap((network, index) => {
          const message = networkProblem(network);
          return message === undefined ? [] : [{ path: `networks.${index}`, message }];
        });
        if (faults.length > 0) throw validationFailed(faults);
        const grants = await requestedGrants(database, request.body);
        if (expiresAt && Date.parse(expiresAt) <= Date.now()) {
          throw validationFailed([{ path: 'expires_at', message: fieldText('in_the_future') }]);
        }
        const isForAll = sitesWhere(grants, 'administrator') === 'everywhere';
        // Once there is a key, no caller gets in without one.
        if (!keys.hasAny() && (!isForAll || expiresAt || networks.length > 0)) {
          throw firstKeyMustBeAdministrator();
        }
        const by = whoOf(request);
        const issued = await keys.issue({ name, grants, expiresAt: expiresAt ?? null, networks, by });
        if (!issued) throw nameTaken(name);
        const { key, text } = issued;
        request.log.info({ key_id: key.id, key_name: name, grants, by }, 'a key was made');
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send({ ...keyView(key), key: text });
      },
    }),
    route({
      method: 'DELETE',
      url: '/api/system/keys/:id',
      role: 'administrator',
      sites: 'all',
      fresh: true,
      action: 'key.revoke',
      tag: 'Access',
      summary: 'Revoke an API key',
      about:
        'By id or name. No process accepts the key from then on, and its live streams end. The last `administrator` key for all sites without networks cannot be revoked.',
      schema: { params, response: { 200: keyViewSchema } },
      handler: async (request) => {
        const { id: idOrName } = request.params;
        const by = whoOf(request);
        const revoked = await keys.revoke(idOrName, by);
        if (revoked.ok) {
          request.log.info({ key_id: revoked.key.id, key_name: revoked.key.name, by }, 'a key was revoked');
          return keyView(revoked.key);
        }
        if (revoked.why === 'unknown') {
          throw new Problem('key_not_found', accessText('key_not_found', { idOrName }));
        }
        throw new Problem('last_administrator_key', accessText('last_administrator_key'));
      },
    }),
  ];
}

function keyView(key: ApiKeyRecord): KeyView {
  const { id, name, grants, created_at, created_by, expires_at, revoked_at, revoked_by } = key;
  const { networks, last_used_at } = key;
  const isExpired = expires_at !== null && Date.parse(expires_at) <= Date.now();
  const status = revoked_at !== null ? 'revoked' : isExpired ? 'expired' : 'active';
  const times = { created_at, created_by, expires_at, revoked_at, revoked_by, last_used_at };
  return { id, name, grants, status, ...times, networks };
}

function nameTaken(name: string): Problem {
  return new Problem('key_name_taken', accessText('key_name_taken', { name }));
}

function firstKeyMustBeAdministrator(): Problem {
  return new Problem('first_key_must_be_administrator', accessText('first_key_must_be_administrator'));
}
