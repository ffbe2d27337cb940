import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { ProblemCode } from '../problems/codes.ts';
import { Problem, validationFailed } from '../problems/problem.ts';
import { storeProblem } from './store-problems.ts';

type CodeAndDetail = readonly [code: ProblemCode, detail: InBoth];

/** The problem that a caller is shown for an error of any kind. Details of an unexpected error do not get out. */
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
  const fastifyProblem = typeof code === 'string' ? fastifyProblems[code] : undefined;
  if (fastifyProblem) return new Problem(...fastifyProblem, {}, { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem(
      'bad_request',
      error instanceof Error ? both(error.message, error.message) : both('It is malformed.', '格式不正确。'),
      {},
      { cause: error },
    );
  }
  return undefined;
}

const invalidJson: CodeAndDetail = [
  'invalid_json',
  both(
    'Send one JSON document, in UTF-8, without the keys __proto__ and constructor.',
    '请发送一个 UTF-8 编码的 JSON 文档，不含键 __proto__ 和 constructor。',
  ),
];
/** https://fastify.dev/docs/latest/Reference/Errors/ */
const fastifyProblems: Readonly<Record<string, CodeAndDetail>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: invalidJson,
  FST_ERR_CTP_EMPTY_JSON_BODY: invalidJson,
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    both(
      'At most 1 MiB is taken, 10 MiB of a list of points and 16 MiB of a change set. Send more in several requests.',
      '最多 1 MiB（点位表 10 MiB，变更集 16 MiB）。更多内容请分几次发送。',
    ),
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    both('Send application/json.', '请发送 application/json。'),
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'bad_request',
    both('The body is not as long as Content-Length says.', '请求体的长度与 Content-Length 不符。'),
  ],
  FST_ERR_BAD_URL: ['bad_request', both('The path is not a valid URL path.', '路径不是有效的 URL 路径。')],
  FST_ERR_MAX_PARAM_LENGTH: [
    'path_too_long',
    both('Each id or name in it may have 100 characters.', '其中每个编号或名称最多 100 个字符。'),
  ],
};

function internalProblem(error: unknown): Problem {
  return new Problem(
    'internal_error',
    both(
      'It is in the log of the API, under the request id of this answer.',
      'API 的日志以本应答的请求编号记录了它。',
    ),
    {},
    { cause: error },
  );
}
