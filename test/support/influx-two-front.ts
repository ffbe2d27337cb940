import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type CannedAnswer =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | 'nothing';

/**
 * Decides about a write of these bytes (unpacked): return an answer, or undefined to pass the write on. With
 * `afterWriting` the server gets it first: the request works, but its answer says otherwise.
 */
export type WriteScript = (lines: string, writeNumber: number) => WriteVerdict | Promise<WriteVerdict>;
export type WriteVerdict =
  | (Exclude<CannedAnswer, 'nothing'> & { readonly afterWriting?: boolean })
  | 'nothing'
  | 'reset'
  | undefined;

export interface InfluxTwoFront {
  readonly url: string;
  /** Requests that arrived on the write path. */
  readonly writeCount: number;
  /** Answers writes with this instead of passing them on, until `passOn`. 'nothing': they get no answer. */
  answerWrites(answer: CannedAnswer): void;
  /** Lets the script decide about each write. */
  script(script: WriteScript): void;
  passOn(): void;
  stop(): Promise<void>;
}

/**
 * Stands before a real InfluxDB 1.x (of a version that does not know `/api/v2/write` yet) and passes 2.x writes on to
 * its `/write`, bodies and answers untouched. On demand it also answers as an overloaded or confused server would.
 * @param adminToken if set, there are tokens, made and kept as InfluxDB 2.8.0 does, and requests without one are
 * refused
 */
export async function startInfluxTwoFront(
  influxOneUrl: string,
  { adminToken }: { readonly adminToken?: string } = {},
): Promise<InfluxTwoFront> {
  const tokens = adminToken === undefined ? undefined : new Tokens(adminToken);
  let script: WriteScript | undefined;
  let writeCount = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const requestUrl = new URL(request.url ?? '/', influxOneUrl);
    const body = await bytesOf(request);
    const refusal = tokens?.answer(request, requestUrl, body);
    if (refusal !== undefined) {
      response.writeHead(refusal.status, { 'content-type': 'application/json' }).end(refusal.body);
      return;
    }
    let target = requestUrl;
    let canned: Exclude<CannedAnswer, 'nothing'> | undefined;
    if (requestUrl.pathname === '/api/v2/write') {
      writeCount += 1;
      const verdict = await script?.(linesOf(body, request), writeCount);
      if (verdict === 'nothing') return;
      if (verdict === 'reset') {
        request.socket.resetAndDestroy();
        return;
      }
      canned = verdict;
      const { status, body: text, afterWriting = false } = verdict ?? {};
      if (status !== undefined && !afterWriting) {
        response.writeHead(status, { 'content-type': 'application/json', ...canned?.headers }).end(text);
        return;
      }
      target = new URL('/write', influxOneUrl);
      target.searchParams.set('db', requestUrl.searchParams.get('bucket') ?? '');
      target.searchParams.set('precision', requestUrl.searchParams.get('precision') ?? 'ns');
    }
    const { 'content-encoding': encoding } = request.headers;
    const answer = await fetch(target, {
      method: request.method ?? 'GET',
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
      headers: encoding === undefined ? {} : { 'content-encoding': encoding },
    });
    const text = await answer.text();
    if (canned) {
      response.writeHead(canned.status, { 'content-type': 'application/json' }).end(canned.body);
      return;
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(answer.status === 204 ? undefined : text);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => response.writeHead(502).end(error.message));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get writeCount() {
      return writeCount;
    },
    answerWrites(answer) {
      script = () => answer;
    },
    script(decide) {
      script = decide;
    },
    passOn() {
      script = undefined;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Permission {
  readonly action: 'read' | 'write';
  readonly resource: { readonly type: string; readonly id?: string; readonly orgID?: string };
}

interface Authorization {
  readonly id: string;
  readonly token: string;
  readonly orgID: string;
  readonly description: string;
  readonly status: 'active' | 'inactive';
  readonly permissions: readonly Permission[];
}

interface Answer {
  readonly status: number;
  readonly body?: string;
}

/** Ids have 16 hexadecimal digits. */
const orgID = '0000000000000001';
const userID = '000000000000000a';
/** The test's bucket, whatever its name, and one that belongs to another owner. */
const bucketId = '0000000000000002';
const foreignBucketId = '0000000000000003';
export const foreignBucket = 'of-somebody-else';

const unauthorized = problem(401, 'unauthorized', 'unauthorized access');

/**
 * Access rules, with the paths, statuses and bodies of InfluxDB 2 (its authorization/http_server.go and OpenAPI
 * document).
 */
class Tokens {
  readonly #admin: string;
  readonly #authorizationsById = new Map<string, Authorization>();

  constructor(admin: string) {
    this.#admin = admin;
  }

  /** Undefined: the request is allowed. */
  answer(request: IncomingMessage, url: URL, body: Buffer): Answer | undefined {
    if (url.pathname === '/ping') return undefined;
    const [, token] = /^Token (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const isAdmin = token === this.#admin;
    const own = [...this.#authorizationsById.values()].find((each) => each.token === token);
    if (!isAdmin && own?.status !== 'active') return unauthorized;
    const bucketOf = (name: string | null) => (name === foreignBucket ? foreignBucketId : bucketId);
    const may = (action: string, bucket: string) =>
      isAdmin ||
      own?.permissions.some(
        ({ action: allowed, resource: { type, id } }) =>
          allowed === action && type === 'buckets' && (id === undefined || id === bucket),
      );
    const [, , , collection, id] = url.pathname.split('/');
    if (collection === 'authorizations') return this.#authorizations(request.method ?? '', id, body, isAdmin);
    if (collection === 'buckets') {
      const name = url.searchParams.get('name');
      const bucket = bucketOf(name);
      const buckets = may('read', bucket) ? [{ id: bucket, orgID, name }] : [];
      return { status: 200, body: JSON.stringify({ buckets }) };
    }
    const bucket = bucketOf(url.searchParams.get('bucket') ?? url.searchParams.get('db'));
    const permission = collection === 'write' ? 'write' : 'read';
    return may(permission, bucket)
      ? undefined
      : problem(403, 'forbidden', `insufficient permissions for ${permission}`);
  }

  /**
   * Without the right to see tokens, the list is empty, like everything in InfluxDB 2; making and deleting are refused.
   */
  #authorizations(method: string, id: string | undefined, body: Buffer, isAdmin: boolean): Answer {
    if (method === 'GET') {
      // A token is shown when it is made, and never again where tokens are kept as hashes.
      const authorizations = [...this.#authorizationsById.values()].map(({ token: _, ...rest }) => rest);
      return { status: 200, body: JSON.stringify({ authorizations: isAdmin ? authorizations : [] }) };
    }
    if (!isAdmin) return problem(401, 'unauthorized', `write:orgs/${orgID}/authorizations is unauthorized`);
    if (method === 'DELETE') {
      return this.#authorizationsById.delete(id ?? '')
        ? { status: 204 }
        : problem(404, 'not found', 'authorization not found');
    }
    const { permissions = [], description = '', status = 'active', ...fields } = JSON.parse(body.toString());
    if (permissions.length === 0) return problem(400, 'invalid', 'authorization must include permissions');
    if (fields.orgID !== orgID) return problem(400, 'invalid', 'org id required');
    const isWellFormed = ({ action, resource }: Permission) =>
      ['read', 'write'].includes(action) && resource?.type === 'buckets' && resource.orgID === orgID;
    if (!permissions.every(isWellFormed))
      return problem(400, 'invalid', 'unknown resource type for permission');
    const id16 = randomBytes(8).toString('hex');
    const token = `${randomBytes(64).toString('base64url')}==`;
    const authorization = {
      id: id16,
      token,
      status,
      description,
      orgID,
      org: 'holdfast',
      userID,
      user: 'holdfast',
      permissions,
    };
    this.#authorizationsById.set(authorization.id, authorization);
    return { status: 201, body: JSON.stringify(authorization) };
  }
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: JSON.stringify({ code, message }) };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function linesOf(body: Buffer, request: IncomingMessage): string {
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8');
}
