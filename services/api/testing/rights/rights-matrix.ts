import { everySite, type Grant, type Role, roles } from '@holdfast/shared/contracts/api-key.ts';
import type { Route } from '../../src/http/route.ts';
import { type IdAt, type Place, places, sitesAt } from './places.ts';

export type Outcome = 'let_in' | 'role_too_low' | 'site_not_granted';

/** A call of a route, about something at a place or about nothing in particular. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly place: Place | undefined;
}

type Declared = Pick<Route, 'method' | 'url' | 'role' | 'sites'>;

export const testedGrants: readonly Grant[] = roles.flatMap((role) =>
  [['hall-1'], ['hall-1', 'hall-2'], [everySite]].map((sites) => ({ role, sites })),
);

const rank = (role: Role) => roles.indexOf(role);

/** The outcome that the declaration of a route promises to a caller with one grant. */
export function outcomeOf(
  { method, url, role: neededRole, sites: scope }: Declared,
  { role, sites }: Grant,
  place: Place | undefined,
): Outcome {
  if (neededRole === 'open' || neededRole === 'known') return 'let_in';
  if (rank(role) < rank(neededRole)) return 'role_too_low';
  if (scope === 'own' || sites.includes(everySite)) return 'let_in';
  const concerned = place === undefined ? [] : sitesAt[place];
  const isGranted = (code: string) => sites.includes(code);
  const isWithin = isShownInPart({ method, url })
    ? concerned.some(isGranted)
    : concerned.length > 0 && concerned.every(isGranted);
  return scope !== 'all' && isWithin ? 'let_in' : 'site_not_granted';
}

/** A role at one site of a session is enough to read about it; a change needs the role at all of its sites. */
export function isShownInPart({ method, url }: Pick<Declared, 'method' | 'url'>): boolean {
  return method === 'GET' && url.startsWith('/api/acquisition/sessions/:id');
}

/**
 * The calls that test whether a route keeps its declaration. A route whose rights depend on what it names is called about
 * something at each place.
 * @throws for a route about a kind of thing that is at no place here; add below how to call it
 */
export function callsOf(route: Declared, idAt: IdAt): Call[] {
  const { method, url, sites } = route;
  if (typeof sites !== 'function') {
    return [{ method, path: url.replace(/:[a-z]+/g, '999999999'), place: undefined }];
  }
  const calls = places.flatMap((place): Call[] => {
    const request = askedAbout(route, place, idAt);
    return request ? [{ method, ...request, place }] : [];
  });
  if (calls.length < 2) throw new Error(`${method} ${url}: nothing that it could be asked about stands here`);
  return calls;
}

/** The call of a route that goes by the sites of what it names, or undefined if there is nothing of the kind. */
function askedAbout(
  { method, url }: Declared,
  place: Place,
  idAt: IdAt,
): Pick<Call, 'path' | 'body'> | undefined {
  const [, kind = ''] = /^\/api\/(?:config|acquisition)\/(\w+)/.exec(url) ?? [];
  const isKnown = isKind(kind);
  if (url.includes(':id')) {
    if (!isKnown) throw notKnown(method, url);
    const id = idAt(kind, place);
    if (id === undefined) return undefined;
    const path = url.replace(':id', String(id)).replace(':version', '1').replace(':other', 'current');
    if (url.endsWith('/copies')) return { path, body: { count: 1, code: `${place}-copy` } };
    if (url.endsWith('/reconfigure')) return { path, body: { dry_run: true } };
    if (url.endsWith('/write')) return { path, body: { value: 1, reason: 'test' } };
    return method === 'PATCH' ? { path, body: { name: 'new' } } : { path };
  }
  const device = place === 'both' ? undefined : `${place}-press`;
  const device_id = idAt('devices', place);
  const code = `${place}-made`;
  switch (`${method} ${url}`) {
    case 'GET /api/acquisition/live':
      return device === undefined ? undefined : { path: `${url}?device=${device}` };
    case 'GET /api/acquisition/sessions/point-history':
      return device === undefined
        ? undefined
        : { path: `${url}?device=${device}&point_code=${device}-level` };
    case 'GET /api/acquisition/points/values':
      return device === undefined ? undefined : { path: `${url}?point=${device}/${device}-level` };
    case 'GET /api/acquisition/points/history':
      return device === undefined ? undefined : { path: `${url}?point=${device}/${device}-level` };
    case 'GET /api/exports/values':
      return device === undefined ? undefined : { path: `${url}?point=${device}/${device}-level` };
    case 'PATCH /api/config/devices':
    case 'PATCH /api/config/points':
    case 'POST /api/config/devices/delete':
    case 'POST /api/config/points/delete': {
      const id = isKnown ? idAt(kind, place) : undefined;
      const set = method === 'PATCH' && { set: { name: 'new' } };
      return id === undefined ? undefined : { path: url, body: { ids: [id], dry_run: true, ...set } };
    }
    case 'GET /api/exports/points':
      return device === undefined ? undefined : { path: `${url}?device=${device}` };
    case 'POST /api/config/change-sets': {
      const id = idAt('devices', place);
      const item = { op: 'change', kind: 'device', id, fields: { name: 'new' } };
      return id === undefined ? undefined : { path: url, body: { items: [item], dry_run: true } };
    }
    case 'POST /api/acquisition/sessions/start-task':
      return { path: url, body: { task_id: idAt('tasks', place) } };
    case 'POST /api/config/devices': {
      if (place === 'both') return undefined;
      const site_id = idAt('sites', place) ?? null;
      return { path: url, body: { code, host: '127.0.0.1', port: 10, unit_id: 1, site_id } };
    }
    case 'POST /api/config/devices/try': {
      if (place === 'both') return undefined;
      const site_id = idAt('sites', place) ?? null;
      return { path: url, body: { device: { code, host: '127.0.0.1', port: 10, unit_id: 1, site_id } } };
    }
    case 'POST /api/config/points':
      if (place === 'both') return undefined;
      return { path: url, body: { device_id, code, table: 'coil', address: 0, data_type: 'bool' } };
    case 'POST /api/config/tasks': {
      const device_ids =
        place === 'both' ? [idAt('devices', 'hall-1'), idAt('devices', 'hall-2')] : [device_id];
      return { path: url, body: { code, period_ms: 1_000, device_ids } };
    }
    default:
      throw notKnown(method, url);
  }
}

function isKind(kind: string): kind is Parameters<IdAt>[0] {
  return ['sites', 'devices', 'points', 'tasks', 'sessions'].includes(kind);
}

function notKnown(method: string, url: string): Error {
  return new Error(
    `${method} ${url} is about something that the matrix of rights knows nothing of: say in askedAbout how it is called`,
  );
}
