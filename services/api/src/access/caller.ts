import { type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import type { Grant } from '@holdfast/shared/contracts/user.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { type SentFrom, senderOf } from './from-loopback.ts';
import { type GrantedSites, grantedSites } from './granted-sites.ts';
import { mayBeUsedFrom } from './key-networks.ts';

/** Who sent a request. */
export type Caller =
  | {
      readonly kind: 'key';
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      readonly sites: GrantedSites;
    }
  /** A person who has logged in. */
  | {
      readonly kind: 'user';
      readonly id: string;
      /** As people call them. */
      readonly name: string;
      /** By which they log in. */
      readonly login: string;
      readonly loginId: string;
      /** RFC 3339: when they last showed who they are. */
      readonly authenticatedAt: string;
      readonly grants: readonly Grant[];
      /** The highest of them; undefined: none. */
      readonly role: Role | undefined;
      /** Where the role holds that the route needs. */
      readonly sites: GrantedSites;
    }
  /** On this machine, without a key. */
  | { readonly kind: 'local'; readonly role: Role }
  /** May do nothing, for this reason. `id` and `name`: of a key that was good once, or is elsewhere. */
  | { readonly kind: 'refused'; readonly problem: Error; readonly id?: string; readonly name?: string };

export interface AccessRules {
  readonly keys: ApiKeys;
  /** Undefined: as long as there are no keys. */
  readonly anonymousLoopback: boolean | undefined;
}

export function callerOf({ keys, anonymousLoopback }: AccessRules, request: SentFrom): Caller {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    if (!keys.isLoaded()) return { kind: 'refused', problem: keysNotKnown() };
    const checked = keys.check(/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '');
    if (checked.ok) {
      const { id, name, role } = checked.key;
      if (!mayBeUsedFrom(checked.key, request.address)) {
        return { kind: 'refused', problem: keyNotFromHere(request.address), id, name };
      }
      keys.noteUse(id);
      return { kind: 'key', id, name, role, sites: grantedSites(checked.key.sites) };
    }
    if (checked.why === 'unknown') return { kind: 'refused', problem: keyNotValid() };
    const { id, name } = checked.key;
    return { kind: 'refused', problem: keyOver(checked.why), id, name };
  }
  const sender = anonymousLoopback === false ? 'elsewhere' : senderOf(request);
  const isLocal = sender === 'this_machine';
  // A reader on this machine is served without the broker; more may be done only when it is known that no key is needed.
  if (!keys.isLoaded()) {
    return isLocal ? { kind: 'local', role: 'viewer' } : { kind: 'refused', problem: keysNotKnown() };
  }
  if (anonymousLoopback === true || !keys.hasAny()) {
    if (isLocal) return { kind: 'local', role: 'administrator' };
    if (sender === 'web_page') return { kind: 'refused', problem: originRefused(request.headers.origin) };
  }
  return { kind: 'refused', problem: keys.hasAny() ? keyNeeded() : noKeysYet() };
}

/** Why the caller may not do what a role is needed for. @throws Problem, BrokerUnavailable */
export function requireRole(caller: Caller, needed: Role | 'known', keys: Pick<ApiKeys, 'isLoaded'>): void {
  if (caller.kind === 'refused') throw caller.problem;
  if (needed === 'known') return;
  if (caller.role !== undefined && roles.indexOf(caller.role) >= roles.indexOf(needed)) return;
  if (caller.kind === 'local' && !keys.isLoaded()) throw keysNotKnown();
  throw new Problem(
    'role_too_low',
    caller.kind === 'user'
      ? `This needs the role ${needed}, and you have ${caller.role ?? 'none'}. Ask an administrator for it.`
      : `This needs the role ${needed}, and the key has ${caller.role}. Ask an administrator for a key with that role.`,
    { role: caller.role ?? null, needed },
  );
}

/** As events and the audit log name them: the key's name, with the header X-Operator behind a slash. */
export function nameOf(caller: Caller, operator: string | undefined): string {
  if (caller.kind === 'refused') return caller.name ?? 'unknown';
  if (caller.kind === 'local') return operator ?? 'api';
  if (caller.kind === 'user') return caller.login;
  return operator === undefined ? caller.name : `${caller.name}/${operator}`;
}

function keysNotKnown(): Error {
  return new BrokerUnavailable('the keys are not known before the broker was reached');
}

function keyNeeded(): Problem {
  return new Problem(
    'key_needed',
    'Send the header Authorization: Bearer hf_… with a key of this installation.',
  );
}

function originRefused(origin: string | undefined): Problem {
  const page =
    origin === undefined || origin === 'null' ? 'A web page elsewhere' : `The web page at ${origin}`;
  return new Problem(
    'origin_refused',
    `${page} had a browser send this. Without a key this machine serves only its own pages and what is typed: open the address by itself, or have the page send a key and name it in API_CORS_ORIGINS.`,
  );
}

function keyNotValid(): Problem {
  return new Problem(
    'key_not_valid',
    'Send the header Authorization: Bearer hf_… with the whole key as it was shown when it was made.',
  );
}

function keyOver(why: 'expired' | 'revoked'): Problem {
  return new Problem(`key_${why}`, 'Ask an administrator for a new one.');
}

/** The refusal does not tell a thief from where the key would be of use. */
function keyNotFromHere(address: string | undefined): Problem {
  return new Problem(
    'key_not_from_here',
    `The request came from ${address ?? 'an unknown address'}, which is in none of the key's networks. Use it where it was made for, or ask an administrator for another one.`,
  );
}

function noKeysYet(): Problem {
  return new Problem(
    'no_keys_yet',
    'Make the first key on the machine of the API: curl -X POST http://127.0.0.1:8000/api/system/keys/ ' +
      `-H 'content-type: application/json' -d '{"name": "admin", "role": "administrator"}', or start it with API_BOOTSTRAP_KEY_FILE.`,
  );
}
