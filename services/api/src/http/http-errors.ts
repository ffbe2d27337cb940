import { HistoryQueryRefused, SampleStoreUnavailable } from '@holdfast/sample-store/sample-store.ts';
import type { SessionRefusal } from '@holdfast/shared/domain/session/decide.ts';
import { AppendOutcomeUnknown, StoreUnavailable } from '@holdfast/shared/event-store/event-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import { BrokerUnavailable } from '../ports.ts';
import { ApiProblem, notFound, validationFailed } from '../problems/api-problem.ts';
import { LogBehindReadModel } from '../sessions/projection/log-guard.ts';

const retryAfterSeconds = 2;

/** The one place where refusals become HTTP statuses. */
export function refusalProblem(refusal: SessionRefusal): ApiProblem {
  const { code } = refusal;
  switch (code) {
    case 'task_already_active':
      return new ApiProblem({
        status: 409,
        code,
        title: 'The task already has an active session',
        detail: `Session ${refusal.sessionId} is ${refusal.status}. Stop it first, or go on with it.`,
        members: { session_id: refusal.sessionId, session_status: refusal.status },
      });
    case 'session_not_found':
      return notFound(code, `There is no session ${refusal.sessionId}.`);
    case 'session_ended':
      return new ApiProblem({
        status: 409,
        code,
        title: 'The session is over',
        detail:
          refusal.status === 'error'
            ? `Session ${refusal.sessionId} has failed. Take it up again with POST /api/acquisition/sessions/${refusal.sessionId}/recover/, or start its task anew.`
            : `Session ${refusal.sessionId} has ended and does not come back. Start its task anew.`,
        members: { session_id: refusal.sessionId, session_status: refusal.status },
      });
    case 'session_paused':
      return new ApiProblem({
        status: 409,
        code,
        title: 'The session is paused',
        detail: `Session ${refusal.sessionId} is paused: resume it instead.`,
        members: { session_id: refusal.sessionId, session_status: 'paused' },
      });
    case 'time_limit_reached':
      return new ApiProblem({
        status: 409,
        code,
        title: 'The time of the session is over',
        detail: `Session ${refusal.sessionId} was to end at ${refusal.hardLimitAt} at the latest (max_duration of its task). Start the task anew.`,
        members: { session_id: refusal.sessionId, hard_limit_at: refusal.hardLimitAt },
      });
    default:
      return refusal satisfies never;
  }
}

/** The problem that a caller is shown for an error of any kind. Nothing of an unexpected one gets out. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  return outageProblem(error) ?? requestProblem(error) ?? internalProblem(error);
}

function outageProblem(error: unknown): ApiProblem | undefined {
  const cause = { cause: error };
  if (error instanceof AppendOutcomeUnknown) {
    return new ApiProblem(
      {
        status: 503,
        code: 'outcome_unknown',
        title: 'It is not known whether the command was stored',
        detail:
          'The broker did not answer in time. Look at the session, or send the command again: a repeated stop, ' +
          'pause or resume changes nothing, and a repeated start is answered with 409 when the first one was stored.',
        retryAfterSeconds,
      },
      cause,
    );
  }
  if (error instanceof BrokerUnavailable || error instanceof StoreUnavailable) {
    return new ApiProblem(
      {
        status: 503,
        code: 'broker_unavailable',
        title: 'The message broker cannot be used now',
        detail: 'Nothing was changed. Sessions that run go on by themselves; try the command again.',
        retryAfterSeconds,
      },
      cause,
    );
  }
  if (error instanceof LogBehindReadModel) {
    return new ApiProblem(
      {
        status: 503,
        code: 'log_behind_read_model',
        title: 'The event log lacks events that were there',
        detail: error.message,
        retryAfterSeconds: 30,
      },
      cause,
    );
  }
  if (error instanceof DatabaseUnavailable) {
    return new ApiProblem(
      {
        status: 503,
        code: 'database_unavailable',
        title: 'The database cannot be used now',
        detail: 'Sessions that run go on, and they can be stopped, paused and resumed. Try again.',
        retryAfterSeconds,
      },
      cause,
    );
  }
  if (error instanceof SampleStoreUnavailable) {
    return new ApiProblem(
      {
        status: 503,
        code: 'sample_store_unavailable',
        title: 'The database of samples cannot be used now',
        detail: 'No sample is lost by this. Try again.',
        retryAfterSeconds,
      },
      cause,
    );
  }
  if (error instanceof LogUnreadable) {
    return new ApiProblem(
      {
        status: 409,
        code: 'log_unreadable',
        title: "The task's last event cannot be read by this release",
        detail: `${error.message}. Use the release that wrote it, or a newer one.`,
      },
      cause,
    );
  }
  return undefined;
}

function requestProblem(error: unknown): ApiProblem | undefined {
  if (error instanceof HistoryQueryRefused) {
    return new ApiProblem(
      {
        status: 422,
        code: 'history_query_refused',
        title: 'The database of samples refuses this query',
        detail: error.message,
      },
      { cause: error },
    );
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    return validationFailed(
      error.validation.map(({ instancePath, message }) => ({
        path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
        message: message ?? 'invalid',
      })),
    );
  }
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? fastifyProblems[code] : undefined;
  if (known) return new ApiProblem(known, { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new ApiProblem(
      {
        status: statusCode,
        code: 'bad_request',
        title: 'The request cannot be understood',
        detail: error instanceof Error ? error.message : 'It is malformed.',
      },
      { cause: error },
    );
  }
  return undefined;
}

const invalidJson = {
  status: 400,
  code: 'invalid_json',
  title: 'The body is not JSON',
  detail: 'Send one JSON document, in UTF-8, without the keys __proto__ and constructor.',
};
/** https://fastify.dev/docs/latest/Reference/Errors/ */
const fastifyProblems: Readonly<Record<string, ConstructorParameters<typeof ApiProblem>[0]>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: invalidJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidJson,
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'body_too_large',
    title: 'The body is too large',
    detail: 'At most 1 MiB is taken. Send many points in several requests.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'unsupported_media_type',
    title: 'This media type is not taken',
    detail: 'Send application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'bad_request',
    title: 'The request cannot be understood',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_BAD_URL: {
    status: 400,
    code: 'bad_request',
    title: 'The request cannot be understood',
    detail: 'The path is not a valid URL path.',
  },
};

function internalProblem(error: unknown): ApiProblem {
  return new ApiProblem(
    {
      status: 500,
      code: 'internal_error',
      title: 'Something went wrong here',
      detail: 'It is in the log of the API, under the request id of this answer.',
    },
    { cause: error },
  );
}
