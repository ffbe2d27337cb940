import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { Fields } from './page-request.ts';
import { pagesText } from './texts.ts';

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
  throw new Problem('unsupported_media_type', pagesText('unsupported_media_type'));
}
