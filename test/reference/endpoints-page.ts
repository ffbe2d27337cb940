import { operationOf } from '../../services/api/src/http/openapi.ts';
import { type Route, tags } from '../../services/api/src/http/route.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';
import { openApiDocument } from '../../services/api/testing/openapi-document.ts';
import { code, listOf, page } from './markdown.ts';

/** As much of an OpenAPI document as is read here. */
interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
}

export async function endpointsPage(): Promise<string> {
  const document = (await openApiDocument()) as ApiDocument;
  const routes = new Map(allRoutes.map((route) => [operationOf(route), route]));
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      call: `${method.toUpperCase()} ${path}`,
      route: routes.get(`${method.toUpperCase()} ${path.replace(/(?<=.)\/$/, '')}`),
      operation,
    })),
  );
  return page([
    '# REST endpoints',
    'Every call of the API, as its OpenAPI document (`/openapi.json`, shown by `/docs`) describes it. [REST API](docs/api.md) explains the concepts, [rights](docs/reference/rights.md) who may call what, [problems](docs/reference/problems.md) the errors. `?` marks what may be left out. Headers are only listed where a call has its own.',
    ...Object.entries(tags).flatMap(([tag, about]) => [
      `## ${tag}`,
      `${about}.`,
      ...operations
        .filter(({ operation }) => operation.tags.includes(tag))
        .flatMap(({ call, route, operation }) => partsOf(document, call, route, operation)),
    ]),
    '## Fields of a session',
    listOf(fieldsOfSession(document)),
  ]);
}

function partsOf(
  document: ApiDocument,
  call: string,
  route: Route | undefined,
  { summary, description = '', parameters = [], requestBody, responses }: Operation,
): string[] {
  const common = new Set(['X-Request-Id', 'X-Operator']);
  const listed = parameters.filter(
    ({ in: place, name }) => place === 'query' || (place === 'header' && !common.has(name)),
  );
  return [
    `### ${summary}`,
    `${code(call)} (${roleOf(route)})`,
    description,
    listed
      .map(({ in: place, name, required = false, description: about = '', schema }) => {
        const kind = place === 'header' ? 'header' : kindOf(document, schema);
        return item(`${name}${required ? '' : '?'}`, kind, about);
      })
      .join('\n'),
    bodyOf(document, requestBody?.content),
    answersOf(document, responses),
  ];
}

function roleOf(route: Route | undefined): string {
  const role = route?.role ?? 'open';
  if (role === 'open') return 'no key or login needed';
  return role === 'known' ? 'any key or login' : role;
}

function bodyOf(document: ApiDocument, content: Content = {}): string {
  return Object.entries(content)
    .map(([type, { schema = {} }]) => {
      if (type !== 'application/json') return item('body', type, schema.description ?? '');
      const forms = objectsOf(document, schema);
      const bodies = forms.map(({ properties = {}, required = [] }) =>
        Object.entries(properties)
          .map(([name, field]) =>
            item(
              `${name}${required.includes(name) ? '' : '?'}`,
              kindOf(document, field),
              aboutOf(document, field),
            ),
          )
          .join('\n'),
      );
      if (bodies.length > 0 && bodies.every((body) => body === '')) return '';
      const isOptional = schema.anyOf?.some(({ type: each }) => each === 'null') ?? false;
      return `${isOptional ? 'Body (may be left out)' : 'Body'}:\n\n${bodies.join('\n\nor\n\n') || '- JSON'}`;
    })
    .join('\n');
}

function answersOf(document: ApiDocument, responses: Operation['responses']): string {
  return Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content = {} }]) => {
      const parts = Object.entries(content).map(([type, { schema = {} }]) => {
        const fields = fieldsOf(document, schema);
        if (fields !== '') return fields;
        return type === 'application/json'
          ? (schema.description ?? 'JSON')
          : `${code(type)} ${schema.description ?? ''}`;
      });
      return `Answer: ${[status, parts.join(', or ').trim()].filter(Boolean).join(' with ')}`;
    })
    .join('\n\n');
}

/** Names of the fields of an answer; of a page, those of its results. */
function fieldsOf(document: ApiDocument, schema: Schema): string {
  const [form, ...others] = objectsOf(document, schema);
  if (form === undefined) {
    const { items } = resolved(document, schema);
    const inner = items ? fieldsOf(document, items) : '';
    return inner === '' ? '' : `a list, each with ${inner}`;
  }
  const names = [form, ...others].flatMap(({ properties = {} }) => Object.entries(properties));
  const schemas = new Map(names.reverse());
  const inWords = [...schemas.keys()].reverse().map((name) => {
    const inner = name === 'results' ? fieldsOf(document, schemas.get(name) ?? {}) : '';
    return inner === '' ? code(name) : `${code(name)} (${inner})`;
  });
  const ofSession = fieldsOfSession(document).map(code);
  if (!ofSession.every((field) => inWords.includes(field))) return inWords.join(', ');
  const further = inWords.filter((field) => !ofSession.includes(field));
  return ['the [fields of a session](#fields-of-a-session)', ...further].join(', ');
}

/** The fields that every session has, whichever call shows it. */
function fieldsOfSession({ paths }: ApiDocument): string[] {
  const list =
    paths['/api/acquisition/sessions/']?.get?.responses['200']?.content?.['application/json']?.schema;
  const fields = list?.properties?.results?.items?.properties ?? {};
  return Object.keys(fields).filter((name) => name !== 'is_newer_configured');
}

/** The alternatives of a schema that are objects. */
function objectsOf(document: ApiDocument, schema: Schema): Schema[] {
  const { anyOf, oneOf, allOf, ...form } = resolved(document, schema);
  if (form.properties) return [form];
  return (anyOf ?? oneOf ?? allOf ?? []).flatMap((each) => objectsOf(document, each));
}

function resolved({ components }: ApiDocument, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
}

function aboutOf(document: ApiDocument, schema: Schema): string {
  return schema.description ?? resolved(document, schema).description ?? '';
}

function kindOf(document: ApiDocument, reference: Schema): string {
  const schema = resolved(document, reference);
  const value = schema.default === undefined ? '' : `, default ${code(JSON.stringify(schema.default))}`;
  return `${typeOf(document, schema)}${value}`;
}

function typeOf(document: ApiDocument, reference: Schema): string {
  const { type, items, minimum, maximum, const: constant, ...schema } = resolved(document, reference);
  if (constant !== undefined) return code(String(constant));
  if (schema.enum) {
    const values = schema.enum.filter((each) => each !== '');
    return values.length > 0 && values.length <= 20
      ? values.map((each) => code(String(each))).join(', ')
      : 'text';
  }
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives && type === undefined) {
    return [...new Set(alternatives.map((each) => typeOf(document, each)))].join(' or ');
  }
  if (type === 'array') return items ? `list of ${typeOf(document, items)}` : 'list';
  if (type === 'string' || type === undefined) return type === undefined ? 'any' : 'text';
  if (type === 'integer' || type === 'number') {
    const highest = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
    const lowest = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
    if (lowest !== undefined && highest !== undefined) return `${type}, ${lowest} to ${highest}`;
    if (lowest !== undefined) return `${type}, ≥ ${lowest}`;
    return highest === undefined ? type : `${type}, ≤ ${highest}`;
  }
  return type;
}

function item(name: string, kind: string, about: string): string {
  return `- ${code(name)} (${kind})${about === '' ? '' : `: ${about}`}`;
}
