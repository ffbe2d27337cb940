import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ProblemCode } from '../problems/codes.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { storeProblem } from '../problems/store-problems.ts';

type Told = readonly [code: ProblemCode, detail: string];

/** The problem that a caller is shown for an error of any kind. Nothing of an unexpected one gets out. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return storeProblem(error) ?? requestProblem(error) ?? internalProblem(error);
}

function requestProblem(error: unknown): Problem | undefined {
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
  if (known) return new Problem(...known, {}, { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem(
      'bad_request',
      error instanceof Error ? error.message : 'It is malformed.',
      {},
      { cause: error },
    );
  }
  return undefined;
}

const invalidJson: Told = [
  'invalid_json',
  'Send one JSON document, in UTF-8, without the keys __proto__ and constructor.',
];
/** https://fastify.dev/docs/latest/Reference/Errors/ */
const fastifyProblems: Readonly<Record<string, Told>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: invalidJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidJson,
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    'At most 1 MiB is taken. Send many points in several requests.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body is not as long as Content-Length says.'],
  FST_ERR_BAD_URL: ['bad_request', 'The path is not a valid URL path.'],
  FST_ERR_MAX_PARAM_LENGTH: ['path_too_long', 'Each id or name in it may have 100 characters.'],
};

function internalProblem(error: unknown): Problem {
  return new Problem(
    'internal_error',
    'It is in the log of the API, under the request id of this answer.',
    {},
    { cause: error },
  );
}
