import { both } from '@holdfast/driver/form-words.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { Fields } from './page-request.ts';

const formType = 'application/x-www-form-urlencoded';

/** Takes what a form sends, only for the routes of this instance: no form may make a call of the API. */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser(formType, { parseAs: 'buffer', bodyLimit: 16_384 }, (_request, body, done) => {
    const fields: Record<string, string> = Object.create(null);
    for (const [name, value] of new URLSearchParams(body.toString('utf8'))) fields[name] ??= value;
    done(null, fields);
  });
}

/** @throws Problem when the body is no form */
export function formOf(request: FastifyRequest): Fields {
  if (request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() === formType) {
    return request.body as Fields;
  }
  throw new Problem(
    'unsupported_media_type',
    both(
      'Pages take what their forms send. Programs use the calls of the API.',
      '页面只接受其表单提交的内容。程序请使用 API 的调用。',
    ),
  );
}
