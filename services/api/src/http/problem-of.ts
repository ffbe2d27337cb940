import type { Text } from '@holdfast/texts/text.ts';
import type { ProblemCode } from '../problems/codes.ts';
import { Problem } from '../problems/problem.ts';
import { storeProblem } from './store-problems.ts';
import { httpText } from './texts.ts';

type CodeAndDetail = readonly [code: ProblemCode, detail: Text];

/** The problem that a caller is shown for an error of any kind. Details of an unexpected error do not get out. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return storeProblem(error) ?? requestProblem(error) ?? internalProblem(error);
}

function requestProblem(error: unknown): Problem | undefined {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const fastifyProblem = typeof code === 'string' ? fastifyProblems[code] : undefined;
  if (fastifyProblem) return new Problem(...fastifyProblem, {}, { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem(
      'bad_request',
      error instanceof Error
        ? httpText('words_of_fastify', { message: error.message })
        : httpText('it_is_malformed'),
      {},
      { cause: error },
    );
  }
  return undefined;
}

/** Of each id or name in a path. */
export const pathPartCharacters = 1_024;

const invalidJson: CodeAndDetail = ['invalid_json', httpText('send_one_json_document_in_utf')];
/** https://fastify.dev/docs/latest/Reference/Errors/ */
const fastifyProblems: Readonly<Record<string, CodeAndDetail>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: invalidJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidJson,
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', httpText('at_most_1_mib_is_taken')],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', httpText('send_application_json')],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', httpText('the_body_is_not_as_long')],
  FST_ERR_BAD_URL: ['bad_request', httpText('the_path_is_not_a_valid')],
  FST_ERR_MAX_PARAM_LENGTH: ['path_too_long', httpText('each_id_or_name', { most: pathPartCharacters })],
};

function internalProblem(error: unknown): Problem {
  return new Problem('internal_error', httpText('internal_error'), {}, { cause: error });
}
