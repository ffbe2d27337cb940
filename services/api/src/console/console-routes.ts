import { inLanguage } from '@holdfast/texts/text.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Route, route } from '../http/route.ts';
import { wayBack } from '../http/way-back.ts';
import { languageOf } from '../problems/negotiate-language.ts';
import { Problem } from '../problems/problem.ts';
import type { ConsoleFile, ConsoleFiles } from './console-files.ts';
import { consoleText } from './texts.ts';

const root = '/console/';

/**
 * Only files of this host, and no script or style inside a page. The hash is that of the one style that React Aria
 * writes itself (`react-aria-pressable-style`); the console's test fails when that style changes.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join(';');

/** The console: `/` leads to it, and every address below it that is no file is one of its screens. */
export function consoleRoutes(files: ConsoleFiles): Route[] {
  const described = { role: 'open', tag: 'Service', schema: { hide: true } } as const;
  return [
    route({
      ...described,
      method: 'GET',
      url: '/',
      summary: 'Leads to the console',
      // The address is relative, as a proxy may serve all of this below a path that is not known here.
      handler: async (request, reply) => reply.redirect(`console/${queryOf(request)}`, 302),
    }),
    route({
      ...described,
      method: 'GET',
      url: '/console',
      summary: 'The console',
      handler: (request, reply) => serve(files, request, reply),
    }),
    route({
      ...described,
      method: 'GET',
      url: '/console/*',
      summary: 'Files and screens of the console',
      handler: (request, reply) => serve(files, request, reply),
    }),
  ];
}

async function serve(files: ConsoleFiles, request: FastifyRequest, reply: FastifyReply) {
  const path = request.url.split('?', 1)[0] ?? '';
  if (!path.startsWith(root)) return reply.redirect(`console/${queryOf(request)}`, 302);
  const name = path.slice(root.length);
  const build = await files.build();
  if (build === undefined) return reply.code(503).type('text/html; charset=utf-8').send(notBuilt(request));
  const file = build.get(name);
  if (file !== undefined && name !== 'index.html') {
    // Names of assets contain a hash of their content.
    const isImmutable = name.startsWith('assets/');
    return send(file, isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache', request, reply);
  }
  if (name.startsWith('assets/')) {
    throw new Problem('route_not_found', consoleText('route_not_found', { path }));
  }
  const index = build.get('index.html') as ConsoleFile;
  return reply
    .header('content-security-policy', policy)
    .header('cache-control', 'no-cache')
    .type(index.type)
    .send(index.plain.toString('utf8').replace('<base href="./"', `<base href="${wayBack(name)}"`));
}

function send(file: ConsoleFile, caching: string, request: FastifyRequest, reply: FastifyReply) {
  const { type, etag, plain, packed } = file;
  reply.headers({ 'cache-control': caching, etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = (['br', 'gzip'] as const).find((each) => packed[each] && accepted.includes(each));
  if (encoding) reply.header('content-encoding', encoding);
  return reply.type(type).send(encoding ? packed[encoding] : plain);
}

function queryOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at);
}

/** The page without a console. */
function notBuilt(request: FastifyRequest): string {
  const language = languageOf(request);
  const [title, advice] = [consoleText('not_built'), consoleText('not_built_advice')].map((text) =>
    inLanguage(text, language),
  );
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<title>Holdfast</title>
<h1>${title}</h1>
<p>${advice}</p>
</html>
`;
}
