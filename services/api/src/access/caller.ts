import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import { everySite, type Grant, type Role } from '@holdfast/shared/contracts/api-key.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { checkBearerKey, type KeyCaller, type RefusedCaller } from './bearer-key.ts';
import { type RequestOrigin, senderOf } from './from-loopback.ts';
import { type GrantedSites, highestRole, sitesWhere } from './granted-sites.ts';
import { accessText } from './texts.ts';
import type { Users } from './users.ts';

/** Who sent a request. */
export type Caller =
  | KeyCaller
  /** A person who has logged in. */
  | {
      readonly kind: 'user';
      readonly id: string;
      /** The name for people to read. */
      readonly name: string;
      /** The name they log in by. */
      readonly login: string;
      readonly loginId: string;
      /** RFC 3339: when they last showed who they are. */
      readonly authenticatedAt: string;
      readonly grants: readonly Grant[];
    }
  /** A program on this machine, without a key. */
  | { readonly kind: 'local'; readonly grants: readonly Grant[] }
  | RefusedCaller;

export interface AccessRules {
  readonly keys: ApiKeys;
  readonly people: { readonly users: Pick<Users, 'list'> };
  /** Undefined: only while there are no keys. */
  readonly anonymousLoopback: boolean | undefined;
}

export function callerOf({ keys, people, anonymousLoopback }: AccessRules, request: RequestOrigin): Caller {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    if (!keys.isLoaded()) return { kind: 'refused', problem: keysNotKnown() };
    return checkBearerKey(keys, authorization, request.address);
  }
  const sender = anonymousLoopback === false ? 'elsewhere' : senderOf(request);
  const isLocal = sender === 'this_machine';
  // A reader on this machine is served without the broker; more may be done only when it is known that no key is needed.
  if (!keys.isLoaded())
    return isLocal ? onThisMachine('viewer') : { kind: 'refused', problem: keysNotKnown() };
  if (anonymousLoopback === true || !keys.hasAny()) {
    if (isLocal) return onThisMachine('administrator');
    if (sender === 'web_page') return { kind: 'refused', problem: originRefused(request.headers.origin) };
  }
  if (keys.hasAny()) return { kind: 'refused', problem: keyNeeded() };
  return { kind: 'refused', problem: people.users.list().length > 0 ? loginNeeded() : noKeysYet() };
}

/**
 * Where the caller has the needed role; `known`: every caller who is known has it.
 * @throws Problem when that is nowhere, BrokerUnavailable
 */
export function requireRole(
  caller: Caller,
  neededRole: Role | 'known',
  keys: Pick<ApiKeys, 'isLoaded'>,
): GrantedSites {
  if (caller.kind === 'refused') throw caller.problem;
  const granted = neededRole === 'known' ? [] : sitesWhere(caller.grants, neededRole);
  if (neededRole === 'known' || granted.length > 0) return granted;
  if (caller.kind === 'local' && !keys.isLoaded()) throw keysNotKnown();
  const role = highestRole(caller.grants);
  throw new Problem(
    'role_too_low',
    accessText('role_too_low', { needed: neededRole, role: role ?? accessText('no_role') }),
    { role: role ?? null, needed: neededRole },
  );
}

function onThisMachine(role: Role): Caller {
  return { kind: 'local', grants: [{ role, sites: [everySite] }] };
}

/** Who calls, for events and the audit log. */
export function actorOf(
  caller: Caller,
  { claimed, address }: { readonly claimed: string | undefined; readonly address: string },
): Actor {
  const origin = { address, ...(claimed !== undefined && { claimed }) };
  switch (caller.kind) {
    case 'user':
      return { kind: 'user', id: caller.id, name: caller.login, login: caller.loginId, ...origin };
    case 'key':
      return { kind: 'key', id: caller.id, name: caller.name, ...origin };
    case 'local':
      return { kind: 'local', id: '', name: 'local', ...origin };
    case 'refused':
      // A key that was good once, or is good elsewhere, is named.
      if (caller.id === undefined) return { kind: 'nobody', id: '', name: 'unknown', ...origin };
      return { kind: 'key', id: caller.id, name: caller.name ?? '', ...origin };
    default:
      return caller satisfies never;
  }
}

/** An actor in one line, for people; the name that the user of a key claims follows a slash. */
export function nameOf({ kind, name, claimed }: Actor): string {
  if (kind === 'local') return claimed ?? 'api';
  if (kind !== 'key' || claimed === undefined) return name;
  return `${name}/${claimed}`;
}

function keysNotKnown(): Error {
  return new BrokerUnavailable('the keys are not known before the broker was reached');
}

function keyNeeded(): Problem {
  return new Problem('key_needed', accessText('key_needed'));
}

function loginNeeded(): Problem {
  return new Problem('login_needed', accessText('log_in_at_login'));
}

function originRefused(origin: string | undefined): Problem {
  const page =
    origin === undefined || origin === 'null'
      ? accessText('a_web_page_elsewhere')
      : accessText('the_web_page', { origin });
  return new Problem('origin_refused', accessText('origin_refused', { page }));
}

const makeFirstKey =
  'curl -X POST http://127.0.0.1:8000/api/system/keys/ ' +
  `-H 'content-type: application/json' -d '{"name": "admin", "role": "administrator"}'`;

function noKeysYet(): Problem {
  return new Problem('no_keys_yet', accessText('no_keys_yet', { makeFirstKey }));
}
