import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { problemContentType, problemSchema } from '@holdfast/shared/contracts/http/problem.ts';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type Operation, operations, tags } from './operations.ts';

/** As much of OpenAPI 3.1 as is touched here. */
interface DocumentedOperation {
  summary?: string;
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

/** Registered before all routes: the document has those that come after it. `/openapi.json` has it, `/docs` shows it. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdfast',
        version: '0.1.0',
        description:
          'Data acquisition that keeps going. Errors are problem documents (RFC 9457) whose `code` is for programs.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `hf_…`' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => {
      const completed = jsonSchemaTransformObject(document) as ApiDocument;
      complete(completed);
      return completed as ReturnType<typeof jsonSchemaTransformObject>;
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    // It would allow scripts by their hashes; the policy of the whole API is enough, since the page has none inline.
    staticCSP: false,
    uiConfig: { deepLinking: true, displayRequestDuration: true, tryItOutEnabled: false },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  // Fails at the start, not when somebody asks.
  app.addHook('onReady', async () => {
    app.swagger();
  });
}

/** Adds to every operation what holds for all of them or stands in the table. */
function complete(document: ApiDocument): void {
  const paths: NonNullable<ApiDocument['paths']> = {};
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    const bare = path.replace(/(?<=.)\/$/, '');
    // As in docs/api.md; both forms are served.
    const shown = bare.startsWith('/api/') ? `${bare}/` : bare;
    for (const [method, operation] of Object.entries(methods)) {
      const known = operations.get(`${method.toUpperCase()} ${bare}`);
      if (!known) throw new Error(`${method} ${bare} is not described: do so in http/operations.ts`);
      describe(operation, known, { method, path: bare });
    }
    paths[shown] = { ...paths[shown], ...methods };
  }
  document.paths = paths;
  document.components ??= {};
  document.components.schemas = {
    ...document.components.schemas,
    Problem: z.toJSONSchema(problemSchema, { target: 'draft-2020-12', io: 'input' }),
  };
}

function describe(
  operation: DocumentedOperation,
  { tag, summary, isIdempotent, hasVersion }: Operation,
  { method, path }: { method: string; path: string },
): void {
  operation.summary = summary;
  operation.tags = [tag];
  operation.operationId = `${method}_${path.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_|_$/g, '')}`;
  const responses = { ...operation.responses };
  // What the generator puts where a route has no schema of its answer.
  if (responses['200']?.description === 'Default Response' && !responses['200'].content) {
    delete responses['200'];
  }
  const isSuccess = (status: string) => status.startsWith('2');
  if (!Object.keys(responses).some(isSuccess)) Object.assign(responses, unschemed(method, path));
  for (const status of Object.keys(responses).filter(isSuccess)) {
    responses[status] = { ...responses[status], description: succeeded[status] ?? 'Done' };
  }
  for (const [status, description] of problemsOf({ method, path, operation, isIdempotent, hasVersion })) {
    responses[status] = problem(description);
  }
  responses.default = problem('Any other problem');
  operation.responses = responses;
  operation.security = path.startsWith('/api/') ? [{ apiKey: [] }] : [];
  operation.parameters = [
    ...(operation.parameters ?? []),
    header(
      'X-Request-Id',
      'Id of the request, which comes back and stands in logs; one is made without it',
      128,
    ),
    ...(isIdempotent
      ? [header('Idempotency-Key', 'A repeat with the same key is not carried out again', 255)]
      : []),
    ...(hasVersion && method !== 'get' ? [header('If-Match', 'ETag of what is to be changed', 500)] : []),
  ];
  if (hasVersion && method !== 'delete' && responses['200']) {
    responses['200'] = {
      ...responses['200'],
      headers: { ETag: { description: 'Version of the item', schema: { type: 'string' } } },
    };
  }
}

const succeeded: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Created',
  204: 'Done, nothing to tell',
};

function unschemed(method: string, path: string): NonNullable<DocumentedOperation['responses']> {
  if (method === 'delete') return { 204: { description: 'Done' } };
  const types: Record<string, string> = {
    '/metrics': 'text/plain',
    '/api/acquisition/live': 'text/event-stream',
  };
  return {
    200: { description: 'Done', content: { [types[path] ?? 'application/json']: { schema: {} } } },
  };
}

function problemsOf(about: {
  method: string;
  path: string;
  operation: DocumentedOperation;
  isIdempotent: boolean | undefined;
  hasVersion: boolean | undefined;
}): [string, string][] {
  const { method, path, operation, isIdempotent, hasVersion } = about;
  if (!path.startsWith('/api/')) return [];
  const changes = method !== 'get';
  return [
    ['400', 'The request cannot be understood'],
    ['401', 'No API key, or none that is valid'],
    ['403', 'The role of the key is not enough'],
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
  ];
}

function problem(description: string) {
  return {
    description,
    content: { [problemContentType]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function header(name: string, description: string, maxLength: number) {
  return { in: 'header', name, description, required: false, schema: { type: 'string', maxLength } };
}
