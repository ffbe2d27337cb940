import type { Reverted } from '@holdfast/shared/contracts/http/change-sets-http.ts';
import type { FastifyReply } from 'fastify';
import type { ChangingRequest } from '../../access/request-change.ts';
import type { Database } from '../../database/open-database.ts';
import { entityTagOf, preconditionOf } from '../../http/entity-tag.ts';
import { applyOrDryRun } from './apply-or-dry-run.ts';

/**
 * Answers a change that may be a dry run. A dry run has an ETag; with it as If-Match the change is made only if
 * everything that it touches is still as the dry run saw it. @throws Problem
 */
export async function answerChange(
  request: ChangingRequest,
  reply: Pick<FastifyReply, 'header'>,
  database: Database,
  {
    requireIfMatch,
    ...about
  }: Omit<Parameters<typeof applyOrDryRun>[2], 'precondition'> & {
    /** Whether a change that is no dry run is refused without If-Match. */
    readonly requireIfMatch: boolean;
  },
  use: (transaction: Database) => Promise<void>,
): Promise<Reverted> {
  const precondition = preconditionOf(request.headers['if-match'], {
    isNeeded: requireIfMatch && !about.isTry,
    view: (touched) => touched,
    isOfTry: true,
  });
  const { answer, touched } = await applyOrDryRun(request, database, { ...about, precondition }, use);
  if (touched) reply.header('etag', entityTagOf(touched));
  return answer;
}
