import { randomUUID } from 'node:crypto';
import type { ChangeKind } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { FastifyRequest } from 'fastify';
import { inChange } from '../database/in-change.ts';
import type { Database } from '../database/open-database.ts';
import type { NamedSecret } from '../ports.ts';
import { actorIn, whoOf } from './access-control.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The change set of a request and its audit entry, which name each other. */
    changeSet: { readonly auditId: string; readonly id: number | undefined } | null;
    /** Looks at what a dry run would leave, inside its transaction, before it is rolled back. */
    whenTried: ((transaction: Database) => Promise<void>) | null;
    /** Judges a change as a whole, inside its transaction. @throws Problem */
    judgeChange: ((transaction: Database) => Promise<readonly NamedSecret[]>) | null;
    /** Secrets that devices name since this request. */
    namedSecrets: readonly NamedSecret[];
  }
}

/** A request that changes configuration. */
export type ChangingRequest = FastifyRequest;

/**
 * Changes configuration for a request in one transaction, whose change set says who, why and how. The answer names the
 * set in `Change-Set`.
 */
export async function changedBy<T>(
  request: ChangingRequest,
  database: Database,
  about: {
    readonly kind: ChangeKind;
    /** The query's `reason` unless set. */
    readonly reason?: string | undefined;
    /** The client unless set. */
    readonly source?: string;
    readonly reverts?: number;
  },
  use: (transaction: Database) => Promise<T>,
): Promise<T> {
  const auditId = randomUUID();
  const { reason = reasonOf(request), source = clientOf(request) } = about;
  let secrets: readonly NamedSecret[] = [];
  const { result, set } = await inChange(
    database,
    { ...about, by: whoOf(request), actorId: actorIn(request).id, reason, source, auditId },
    async (transaction) => {
      const changed = await use(transaction);
      secrets = (await request.judgeChange?.(transaction)) ?? [];
      return changed;
    },
  );
  request.namedSecrets = secrets;
  request.changeSet = { auditId, id: set };
  return result;
}

/** Ends the transaction of a dry run. */
class OnlyTried<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super('a dry run');
    this.result = result;
  }
}

/** The same for a change that may be a dry run, which is judged as usual, shown to `whenTried`, and rolled back. */
export async function changeOrDryRun<T>(
  request: ChangingRequest,
  database: Database,
  { isTry, ...about }: Parameters<typeof changedBy>[2] & { readonly isTry: boolean },
  use: (transaction: Database) => Promise<T>,
): Promise<T> {
  try {
    return await changedBy(request, database, about, async (transaction) => {
      const result = await use(transaction);
      if (!isTry) return result;
      await request.judgeChange?.(transaction);
      await request.whenTried?.(transaction);
      throw new OnlyTried(result);
    });
  } catch (error) {
    if (!(error instanceof OnlyTried)) throw error;
    return error.result as T;
  }
}

function reasonOf({ query }: FastifyRequest): string {
  const { reason } = (query ?? {}) as { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : '';
}

const ownAgent = /^holdfast-([a-z-]{1,32})/;

/** Our own programs say who they are; a browser says that a page sends it. */
function clientOf({ headers }: FastifyRequest): string {
  const [, own] = ownAgent.exec(headers['user-agent'] ?? '') ?? [];
  if (own !== undefined) return own;
  return headers['sec-fetch-site'] === undefined ? 'api' : 'console';
}
