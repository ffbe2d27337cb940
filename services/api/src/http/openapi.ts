import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import {
  changesResetSchema,
  configurationChangeSchema,
  deviceChangeSchema,
  sessionChangeSchema,
  sinkChangeSchema,
} from '@holdfast/shared/contracts/http/changes-http.ts';
import { liveResetSchema, liveSampleSchema } from '@holdfast/shared/contracts/http/live-http.ts';
import { problemSchema } from '@holdfast/shared/contracts/http/problem.ts';
import { problemContentType } from '@holdfast/shared/contracts/http/problem-content-type.ts';
import { releaseVersion } from '@holdfast/shared/contracts/release-version.ts';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type Route, route, tags } from './route.ts';

/** As much of OpenAPI 3.1 as is touched here. */
interface DocumentedOperation {
  summary?: string;
  description?: string;
  tags?: string[];
  operationId?: string;
  parameters?: unknown[];
  requestBody?: { required?: boolean; content?: Record<string, unknown> };
  responses?: Record<string, { description?: string; headers?: unknown; content?: unknown }>;
  security?: unknown[];
}
interface ApiDocument {
  paths?: Record<string, Record<string, DocumentedOperation>>;
  components?: { schemas?: Record<string, unknown> };
}

/**
 * Adds the document, which `/docs` shows. Register it before all routes: the document has those that come after. It is
 * made when first asked for, in a quarter of a second for which no start needs to wait.
 * @param alwaysNeedsKey whether callers on this machine need a key, too, even while there are no keys
 */
export async function addOpenApi(app: FastifyInstance, alwaysNeedsKey: boolean): Promise<void> {
  const declared = new Map<string, Route>();
  app.addHook('onRoute', ({ method, config }) => {
    if (config?.declared?.method === method) declared.set(operationOf(config.declared), config.declared);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version: releaseVersion,
        description:
          'Data acquisition that keeps going. Errors are problem documents (RFC 9457) whose `code` is for programs.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          login: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-hf',
            description:
              'The login of a person, from `POST /api/login/`; over plain HTTP the cookie is `hf-http`. Whatever changes something needs an `Origin` of ours beside it',
          },
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: `An API key: \`hf_…\`. ${alwaysNeedsKey ? 'Everybody needs one' : 'Callers on the machine of the API need none while there are no keys, or where API_ANONYMOUS_LOOPBACK is true'}`,
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const completed = jsonSchemaTransformObject(document) as ApiDocument;
      complete(completed, declared, alwaysNeedsKey);
      return completed as ReturnType<typeof jsonSchemaTransformObject>;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // The plugin's policy would allow scripts by their hashes; that of the whole API is enough, since the page has none
    // inline.
    staticCSP: false,
    uiConfig: { deepLinking: true, displayRequestDuration: true, tryItOutEnabled: false },
  });
}

/** The route of the document, which does not list itself. */
export function openApiRoute(app: FastifyInstance): Route {
  return route({
    method: 'GET',
    url: '/openapi.json',
    role: 'open',
    tag: 'Service',
    summary: 'This document',
    schema: { hide: true },
    handler: async () => app.swagger(),
  });
}

/** A route as the document names it: `POST /api/config/devices/{id}/test`. */
export function operationOf({ method, url }: Pick<Route, 'method' | 'url'>): string {
  return `${method} ${url.replace(/:(\w+)/g, '{$1}')}`;
}

/** Adds to every operation what holds for all of them or was declared with its route. */
function complete(
  document: ApiDocument,
  declared: ReadonlyMap<string, Route>,
  alwaysNeedsKey: boolean,
): void {
  const access = [{ apiKey: [] }, { login: [] }, ...(alwaysNeedsKey ? [] : [{}])];
  const paths: NonNullable<ApiDocument['paths']> = {};
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    const bare = path.replace(/(?<=.)\/$/, '');
    // As in docs/api.md; both forms are served.
    const pathInDocument = bare.startsWith('/api/') ? `${bare}/` : bare;
    for (const [method, operation] of Object.entries(methods)) {
      const declaration = declared.get(`${method.toUpperCase()} ${bare}`);
      if (!declaration) throw new Error(`${method} ${bare} is in the document and no route declared it`);
      describe(operation, declaration, { method, path: bare });
      operation.security = bare.startsWith('/api/') && declaration.role !== 'open' ? access : [];
    }
    paths[pathInDocument] = { ...paths[pathInDocument], ...methods };
  }
  document.paths = paths;
  document.components ??= {};
  document.components.schemas = {
    ...document.components.schemas,
    Problem: z.toJSONSchema(problemSchema, { target: 'draft-2020-12', io: 'input' }),
    LiveSample: z.toJSONSchema(liveSampleSchema, { target: 'draft-2020-12' }),
    LiveReset: z.toJSONSchema(liveResetSchema, { target: 'draft-2020-12' }),
    SessionChange: z.toJSONSchema(sessionChangeSchema, { target: 'draft-2020-12' }),
    DeviceChange: z.toJSONSchema(deviceChangeSchema, { target: 'draft-2020-12' }),
    ConfigurationChange: z.toJSONSchema(configurationChangeSchema, { target: 'draft-2020-12' }),
    SinkChange: z.toJSONSchema(sinkChangeSchema, { target: 'draft-2020-12' }),
    ChangesReset: z.toJSONSchema(changesResetSchema, { target: 'draft-2020-12' }),
  };
  nameWideIntegers(document);
}

/** Generators of clients take an integer without a format as 32 bits, into which sequences and ticks do not fit. */
function nameWideIntegers(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as { type?: unknown; maximum?: unknown; format?: unknown };
  const { type, maximum } = schema;
  if (type === 'integer' && typeof maximum === 'number' && maximum > 2 ** 31 - 1) schema.format ??= 'int64';
  for (const inner of Object.values(part)) nameWideIntegers(inner);
}

function describe(
  operation: DocumentedOperation,
  { tag, summary, about, once, hasVersion, problems, takes = {}, gives = {}, answer, file }: Route,
  { method, path }: { method: string; path: string },
): void {
  const isIdempotent = once !== undefined;
  operation.summary = summary;
  if (about !== undefined) operation.description = about;
  operation.tags = [tag];
  takeBodiesAsTheyMayBe(operation, method);
  if (file) operation.requestBody = bodyOfFile(file);
  operation.operationId = `${method}_${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '')}`;
  const responses = { ...operation.responses };
  // By its text: it is the generator's answer for a route without a schema of its own.
  if (responses['200']?.description === 'Default Response' && !responses['200'].content) {
    delete responses['200'];
  }
  const isSuccess = (status: string) => status.startsWith('2');
  if (!Object.keys(responses).some(isSuccess)) Object.assign(responses, unschemed(method, answer));
  for (const status of Object.keys(responses).filter(isSuccess)) {
    responses[status] = { ...responses[status], description: succeeded[status] ?? 'Done' };
  }
  for (const [status, description] of problemsOf({
    method,
    path,
    operation,
    isIdempotent,
    hasVersion,
    problems,
  })) {
    responses[status] = problem(status, description);
  }
  responses.default = problem('default', 'Any other problem');
  operation.responses = responses;
  operation.parameters = [
    ...(operation.parameters ?? []),
    header(
      'X-Request-Id',
      'Id of the request, which comes back and stands in logs. One is made where it is not 1 to 128 of the characters `A-Z a-z 0-9 . _ : / + = -`',
    ),
    ...(isIdempotent
      ? [
          header('Idempotency-Key', 'A repeat with the same key is not carried out again', {
            pattern: '^[!-~]{1,255}$',
          }),
        ]
      : []),
    ...(hasVersion && method !== 'get' ? [header('If-Match', versionWords[`${hasVersion}`][0])] : []),
    ...(path.startsWith('/api/') && method !== 'get'
      ? [
          header(
            'X-Operator',
            'Who is behind it, in UTF-8; events and the audit log name him by the first 64 characters',
          ),
        ]
      : []),
    ...Object.entries(takes).map(([name, { description, ...form }]) => header(name, description, form)),
  ];
  for (const status of Object.keys(responses).filter(isSuccess)) {
    const headers = {
      ...(hasVersion && method !== 'delete' ? { ETag: answerHeader(versionWords[`${hasVersion}`][1]) } : {}),
      ...(isIdempotent
        ? { 'Idempotency-Replayed': answerHeader('`true` where the same key had it carried out before') }
        : {}),
      ...Object.fromEntries(Object.entries(gives).map(([name, text]) => [name, answerHeader(text)])),
    };
    if (Object.keys(headers).length > 0) responses[status] = { ...responses[status], headers };
  }
}

/** Descriptions of If-Match and ETag. */
const versionWords = {
  true: ['ETag of what is to be changed', 'Version of the item'],
  tried: [
    'ETag of the dry run: what that would have touched is as it was',
    'In a dry run: the version of what it would touch',
  ],
} as const;

/** The generator requires every body that has a schema, even one that may be left out. */
function takeBodiesAsTheyMayBe(operation: DocumentedOperation, method: string): void {
  const { requestBody } = operation;
  if (!requestBody) return;
  // A body is of no use with DELETE, and many clients cannot send one.
  if (method === 'delete') delete operation.requestBody;
  else requestBody.required = !mayBeNull(requestBody.content?.['application/json']);
}

function mayBeNull(content: unknown): boolean {
  const { schema } = (content ?? {}) as { schema?: { anyOf?: { type?: unknown }[] } };
  return schema?.anyOf?.some(({ type }) => type === 'null') ?? false;
}

function bodyOfFile({ types, description }: NonNullable<Route['file']>) {
  const schema = { type: 'string', format: 'binary', description };
  return { required: true, content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

function answerHeader(description: string) {
  return { description, schema: { type: 'string' } };
}

const retryAfter = { description: 'Seconds to wait, where they are known', schema: { type: 'integer' } };

const succeeded: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Created',
  204: 'Done, nothing to tell',
};

function unschemed(method: string, answer: Route['answer']): NonNullable<DocumentedOperation['responses']> {
  if (method === 'delete') return { 204: { description: 'Done' } };
  const { type = 'application/json', description } = answer ?? {};
  const schema = description === undefined ? {} : { type: 'string', description };
  const content = Object.fromEntries([type].flat().map((each) => [each, { schema }]));
  return { 200: { description: 'Done', content } };
}

function problemsOf(about: {
  method: string;
  path: string;
  operation: DocumentedOperation;
  isIdempotent: boolean;
  hasVersion: Route['hasVersion'];
  problems: Route['problems'];
}): [string, string][] {
  const { method, path, operation, isIdempotent, hasVersion, problems = {} } = about;
  if (!path.startsWith('/api/')) return [];
  const changes = method !== 'get';
  return [
    ['400', 'The request cannot be understood'],
    ['401', 'No API key or login, or none that is valid'],
    ['403', 'The role of the caller is not enough, or does not hold there'],
    ...(path.includes('{') ? ([['404', 'There is no such thing']] as [string, string][]) : []),
    ...(changes ? ([['409', 'It cannot be done as things are']] as [string, string][]) : []),
    ...(hasVersion && changes
      ? ([
          ['412', 'It has been changed meanwhile'],
          ['428', 'If-Match is needed here'],
        ] as [string, string][])
      : []),
    ...(operation.requestBody
      ? ([
          ['413', 'The body is too large'],
          ['415', 'The body is not JSON'],
        ] as [string, string][])
      : []),
    ['422', isIdempotent ? 'Not the right form, or a key used for something else' : 'Not the right form'],
    ['429', 'Too many requests'],
    ['500', 'A fault of the service'],
    ['503', 'The broker or a database is away'],
    ...(isIdempotent ? ([['507', 'The broker has no room for it']] as [string, string][]) : []),
    ...Object.entries(problems),
  ];
}

function problem(status: string, description: string) {
  return {
    description,
    ...(status === '429' || status === '503' ? { headers: { 'Retry-After': retryAfter } } : {}),
    content: { [problemContentType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function header(name: string, description: string, form: { readonly pattern?: string } = {}) {
  return { in: 'header', name, description, required: false, schema: { type: 'string', ...form } };
}
