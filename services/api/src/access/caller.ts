import { both } from '@holdfast/driver/form-words.ts';
import type { Actor } from '@holdfast/shared/contracts/actor.ts';
import { everySite, type Grant, type Role } from '@holdfast/shared/contracts/api-key.ts';
import { BrokerUnavailable } from '../ports.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiKeys } from './api-keys.ts';
import { checkBearerKey, type KeyCaller, type RefusedCaller } from './bearer-key.ts';
import { type SentFrom, senderOf } from './from-loopback.ts';
import { type GrantedSites, highestRole, sitesWhere } from './granted-sites.ts';
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

export function callerOf({ keys, people, anonymousLoopback }: AccessRules, request: SentFrom): Caller {
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
    both(
      `This needs the role ${neededRole}, and ${role ?? 'none'} is the highest that you have. Ask an administrator for it.`,
      `此操作需要角色 ${neededRole}，您的最高角色是 ${role ?? '无'}。可请管理员分配。`,
    ),
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
  return new Problem(
    'key_needed',
    both(
      'Send the header Authorization: Bearer hf_… with a key of this installation, or log in: at /login in a browser, by POST /api/login/, or with holdfast login.',
      '请发送请求头 Authorization: Bearer hf_…（本系统的密钥），或者登录：浏览器打开 /login，或 POST /api/login/，或 holdfast login。',
    ),
  );
}

function loginNeeded(): Problem {
  return new Problem(
    'login_needed',
    both(
      'Log in: at /login in a browser, by POST /api/login/, or with holdfast login. For a program an administrator makes a key: POST /api/system/keys/.',
      '请登录：浏览器打开 /login，或 POST /api/login/，或 holdfast login。程序所用的密钥由管理员创建：POST /api/system/keys/。',
    ),
  );
}

function originRefused(origin: string | undefined): Problem {
  const page =
    origin === undefined || origin === 'null'
      ? both('A web page elsewhere', '其他网站的页面')
      : both(`The web page at ${origin}`, `${origin} 的网页`);
  return new Problem(
    'origin_refused',
    both(
      `${page.en} had a browser send this. Without a key this machine serves only its own pages and what is typed: open the address by itself, or have the page send a key and name it in API_CORS_ORIGINS.`,
      `${page.zh}通过浏览器发送了此请求。没有密钥时，本机只接受自己的页面和直接输入的地址：请直接打开该地址，或让该页面发送密钥并在 API_CORS_ORIGINS 中写明它。`,
    ),
  );
}

const makeFirstKey =
  'curl -X POST http://127.0.0.1:8000/api/system/keys/ ' +
  `-H 'content-type: application/json' -d '{"name": "admin", "role": "administrator"}'`;

function noKeysYet(): Problem {
  return new Problem(
    'no_keys_yet',
    both(
      `Make the first key on the machine of the API: ${makeFirstKey}, or start it with API_BOOTSTRAP_KEY_FILE.`,
      `请在 API 所在的机器上创建第一个密钥：${makeFirstKey}；或用 API_BOOTSTRAP_KEY_FILE 启动它。`,
    ),
  );
}
