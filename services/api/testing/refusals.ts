import type { Route } from '../src/http/route.ts';
import type { ProblemCode } from '../src/problems/codes.ts';

export interface BadRequest {
  /** Fills the parameters of the path; an existing thing of the kind where it is left out. */
  readonly id?: string | undefined;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string | Buffer;
  /** Whether it is sent to the API that requires If-Match. */
  readonly isStrict?: boolean;
}

/** What is wrong with a request, the request, its answer, and what the detail or a path among the errors is. */
export type Refusal = readonly [
  what: string,
  request: BadRequest,
  answer: `${number} ${ProblemCode}`,
  says?: string | RegExp | { readonly at: string },
];

export const nameOf = ({ method, url }: Pick<Route, 'method' | 'url'>): string => `${method} ${url}`;

const invalid = '422 validation_failed';
const noSuch = (code: ProblemCode) => `404 ${code}` as const;

/** The answer about a thing that does not exist, and whether anything but a number is malformed there. */
const missing: Readonly<Record<string, readonly [code: ProblemCode, id: 'any text' | 'number']>> = {
  '/api/acquisition/sessions/:id': ['session_not_found', 'any text'],
  '/api/system/quarantine/:sequence': ['quarantined_message_not_found', 'number'],
  '/api/system/collectors/:id': ['collector_not_found', 'any text'],
  '/api/system/users/:id': ['user_not_found', 'any text'],
  '/api/system/keys/:id': ['key_not_found', 'any text'],
  '/api/config/change-sets/:id': ['change_set_not_found', 'number'],
  '/api/config/imports/:id': ['import_not_found', 'any text'],
  '/api/config/import-mappings/:id': ['mapping_not_found', 'any text'],
  '/api/config/import-templates/:protocol': ['route_not_found', 'any text'],
  '/api/config/sites/:id': ['site_not_found', 'any text'],
  '/api/config/devices/:id/': ['device_not_found', 'number'],
  '/api/config/devices/:id': ['device_not_found', 'any text'],
  '/api/config/points/:id': ['point_not_found', 'any text'],
  '/api/config/tasks/:id/versions/:version': ['version_not_found', 'number'],
  '/api/config/tasks/:id/': ['task_not_found', 'number'],
  '/api/config/tasks/:id': ['task_not_found', 'any text'],
  '/api/acquisition/points/:id/write': ['point_not_found', 'number'],
};

/** Routes for people only, whom these tests are not; and those that an identity provider is sent to. */
const forPeople = /^\/api\/(?:me|login|logout)(?:\/|$)/;

/** A body that each route takes, where it needs one. */
const goodBodies: Readonly<Record<string, unknown>> = {
  'POST /api/acquisition/sessions/start-task': { task_id: 1 },
  'POST /api/acquisition/points/:id/write': { value: 1 },
  'POST /api/config/sites': { code: 'other' },
  'PATCH /api/config/sites/:id': { name: 'other' },
  'POST /api/config/devices': { code: 'other', host: '10.0.0.1' },
  'PATCH /api/config/devices/:id': { name: 'other' },
  'PATCH /api/config/devices': { ids: [2], set: { name: 'other' } },
  'POST /api/config/devices/delete': { ids: [2], cascade: true },
  'POST /api/config/devices/:id/copies': { count: 1, code: 'copy-{n}', fields: { unit_id: { from: 31 } } },
  'POST /api/config/points': { device_id: 1, code: 'x', table: 'coil', address: 0, data_type: 'bool' },
  'PATCH /api/config/points/:id': { name: 'other' },
  'PATCH /api/config/points': { ids: [1], set: { name: 'other' } },
  'POST /api/config/points/delete': { ids: [3] },
  'POST /api/config/tasks': { code: 'other', period_ms: 1_000 },
  'PATCH /api/config/tasks/:id': { name: 'other' },
  'POST /api/config/change-sets': {
    items: [{ op: 'change', kind: 'device', id: 1, fields: { name: 'other' } }],
  },
  'PATCH /api/config/imports/:id': {},
  'PATCH /api/system/users/:id': { name: 'other' },
};

/** Versions of things that a request cannot get to be compared with here. */
const withoutVersionHere = [
  // No device has refused anything.
  'POST /api/config/devices/:id/apply-learned-limits',
  // It makes a new one.
  'POST /api/config/imports',
];

const mib = 1_048_576;

/**
 * What a route refuses by its declaration alone.
 * @param parameters names of its query parameters in the OpenAPI document
 */
export function impliedRefusals(
  route: Route,
  parameters: readonly string[],
  bodyIsRequired: boolean,
): Refusal[] {
  const { method, url, once, hasVersion, file, bodyBytesAtMost = mib, schema } = route;
  const body = goodBodies[nameOf(route)];
  const takesBody = schema.body !== undefined;
  const takesJson = takesBody && file === undefined && method !== 'DELETE';
  return [
    ...(url.startsWith('/api/') && url !== '/api/login/company/callback' ? badQueries(parameters) : []),
    ...(url.includes(':') ? badIds(route, body) : []),
    ...(takesJson ? badBodies : []),
    ...(takesJson
      ? ([['too large a body', { text: `"${'x'.repeat(bodyBytesAtMost)}"` }, '413 body_too_large']] as const)
      : []),
    ...(takesBody
      ? ([
          [
            'an unknown field',
            { body: { ...Object(body), xyzzyxyzzy: 1 } },
            invalid,
            /there is no field "xyzzyxyzzy"/,
          ],
          ['an array', { body: [] }, invalid],
        ] as const)
      : []),
    ...(bodyIsRequired && !file ? ([['no body', {}, invalid]] as const) : []),
    ...(once
      ? ([
          [
            'a key with a blank',
            { body, headers: { 'idempotency-key': 'a b' } },
            invalid,
            /^Idempotency-Key: /,
          ],
        ] as const)
      : []),
    ...(hasVersion && method !== 'GET' && !withoutVersionHere.includes(nameOf(route))
      ? ([
          ['another version', { body, headers: { 'if-match': '"other"' } }, '412 precondition_failed'],
          ['no version where one is required', { body, isStrict: true }, '428 precondition_required'],
        ] as const)
      : []),
  ];
}

function badQueries(parameters: readonly string[]): Refusal[] {
  const there = parameters.length === 0 ? 'this takes none' : `known: ${parameters.join(', ')}`;
  // Names as short as `to` or `at` are not suggested.
  const similar = parameters.find((name) => name.length > 2);
  return [
    ...['xyzzyxyzzy', '__proto__', 'constructor', '', 'filter[status]'].map(
      (name): Refusal => [
        `a parameter ${name}`,
        { query: `${encodeURIComponent(name)}=1` },
        invalid,
        `there is no query parameter "${name}"; ${there}`,
      ],
    ),
    ...(similar === undefined
      ? []
      : ([
          [
            'a mistyped parameter',
            { query: `${similar}=1&${similar}z=1` },
            invalid,
            `there is no query parameter "${similar}z"; did you mean ${similar}?`,
          ],
        ] as const)),
    ...(parameters.includes('limit')
      ? ([['no results', { query: 'limit=0' }, invalid, { at: 'limit' }]] as const)
      : []),
  ];
}

/** Whether it answers about a thing that does not exist with an empty list. */
const isEmptyWithoutThing = (url: string) => url === '/api/config/tasks/:id/versions';

function badIds({ url, method }: Route, body: unknown): Refusal[] {
  const tooLong: Refusal = ['an id that is too long', { id: 'x'.repeat(1_025) }, '414 path_too_long'];
  if (forPeople.test(url)) return [tooLong];
  const [code, id] = Object.entries(missing).find(([start]) => url.startsWith(start))?.[1] ?? [];
  if (code === undefined)
    throw new Error(`${method} ${url}: say in \`missing\` how it answers about nothing`);
  const malformed = id === 'number' ? invalid : noSuch(code);
  return [
    tooLong,
    ...(isEmptyWithoutThing(url)
      ? []
      : ([['an id of nothing', { id: '999999999', body }, noSuch(code)]] as const)),
    ['a word for an id', { id: 'none', body }, malformed],
    ['a null character', { id: 'a%00', body }, malformed],
    ['a number beyond all', { id: '9'.repeat(20), body }, malformed],
  ];
}

const badBodies: readonly Refusal[] = [
  ['a body that is no JSON', { text: '{' }, '400 invalid_json'],
  ['another encoding than UTF-8', { text: Buffer.from('{"code":"\xd0\xce"}', 'latin1') }, '400 invalid_json'],
  ['a reach for prototypes', { text: '{"__proto__":{"a":1}}' }, '400 invalid_json'],
  [
    'a body of another type',
    { headers: { 'content-type': 'text/csv' }, text: 'a,b' },
    '415 unsupported_media_type',
  ],
  ['endless nesting', { text: '['.repeat(100_000) + ']'.repeat(100_000) }, invalid, 'is nested too deeply'],
];

const metadata = (value: unknown) => ({ body: { task_id: 1, metadata: value } });
const maxDuration = (value: unknown) => ({ body: { code: 'no', period_ms: 1_000, max_duration: value } });
const labels = (value: unknown) => ({ body: { code: 'no', period_ms: 1_000, required_labels: value } });
const unknownField = (name: string, words: RegExp, body: object = {}): Refusal => [
  `a field ${name}`,
  { body: { ...body, [name]: 1 } },
  invalid,
  words,
];
const history = (query: string) => ({ query: `point_code=a&${query}` });
const valuePoint = 'refusals-device/value-0';
const exportOf = (point: string, rest = '') => ({ query: `point=${point}&start_time=-1h${rest}` });
const badCursor: Refusal = ['a foreign cursor', { query: 'cursor=abc' }, '422 invalid_cursor'];
const point = { device_id: 1, table: 'coil', address: 0, data_type: 'bool' };

/** What each route refuses besides. */
export const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  'GET /api/acquisition/sessions': [
    ['an unknown status', { query: 'status=running,asleep' }, invalid, { at: 'status.1' }],
    badCursor,
  ],
  'GET /api/acquisition/sessions/point-history': [
    ['no point', {}, invalid, { at: 'point_code' }],
    ['an unknown time', history('start_time=yesterday'), invalid, { at: 'start_time' }],
    ['an end before the beginning', history('start_time=now&end_time=-1h'), invalid, /must be before/],
    ['no end after the beginning', history('start_time=now'), invalid],
    ['years for an interval', history('interval=1y'), invalid, { at: 'interval' }],
    ['an unknown aggregation', history('interval=1m&aggregation=median'), invalid, { at: 'aggregation' }],
  ],
  'GET /api/acquisition/sessions/:id/completeness': [
    ['a device that it does not read', { query: 'device=press-9' }, '404 device_not_in_session'],
    ['an unknown time', { query: 'from=yesterday' }, invalid, { at: 'from' }],
    ['an end before the beginning', { query: 'from=-1h&to=-2h' }, invalid],
    ['years for an interval', { query: 'interval=1y' }, invalid, { at: 'interval' }],
  ],
  'GET /api/acquisition/sessions/:id/gaps': [badCursor],
  'GET /api/acquisition/sessions/:id/timeline': [
    ['an end at the beginning', { query: 'from=-1h&to=-1h' }, invalid],
    ['an unknown time', { query: 'from=soon' }, invalid, { at: 'from' }],
    ['no buckets', { query: 'buckets=0' }, invalid, { at: 'buckets' }],
    ['too many buckets', { query: 'buckets=1001' }, invalid, { at: 'buckets' }],
  ],
  'GET /api/acquisition/sessions/:id/events': [
    ['an unknown choice', { query: 'only=odd' }, invalid, { at: 'only' }],
  ],
  'GET /api/acquisition/completeness': [
    ['an interval of days and hours', { query: 'from=-4d&to=now&interval=36h' }, invalid, { at: 'interval' }],
    ['too many periods', { query: 'from=-4d&to=now&interval=1s' }, '422 too_many_periods'],
    [
      'an unknown time zone',
      { query: 'from=-4d&to=now&time_zone=Mars/Olympus' },
      invalid,
      { at: 'time_zone' },
    ],
    ['an end before the beginning', { query: 'from=-1h&to=-2h' }, invalid],
    ['a foreign cursor', { query: 'from=-4d&to=now&cursor=x' }, '422 invalid_cursor'],
  ],
  'GET /api/acquisition/points/values': [
    ['an unknown device', { query: 'device=press-9' }, '404 device_not_found'],
    ['an unknown session', { query: 'session=9-9' }, '404 session_not_found'],
    ['a device for a point', { query: 'point=press-1' }, invalid],
    badCursor,
  ],
  'GET /api/exports/values': [
    ['no point', { query: 'start_time=-1h' }, invalid, { at: 'point' }],
    ['an unknown point', exportOf('refusals-device/nothing'), '404 point_not_found'],
    ['a point of an unknown device', exportOf('press-9/level'), '404 device_not_found'],
    ['an unknown device', { query: 'device=press-9&start_time=-1h' }, invalid, { at: 'device' }],
    ['an end before the beginning', exportOf(valuePoint, '&end_time=-2h'), invalid, { at: 'start_time' }],
    ['an unknown format', exportOf(valuePoint, '&format=ods'), invalid, { at: 'format' }],
    ['an unknown time zone', exportOf(valuePoint, '&time_zone=Mars'), invalid, { at: 'time_zone' }],
  ],
  'POST /api/acquisition/sessions/start-task': [
    ['a task that does not exist', { body: { task_id: 1_000_000 } }, '404 task_not_found'],
    ['no task', { body: {} }, invalid, { at: 'task_id' }],
    [
      'a task by its code',
      { body: { task_code: 'press' } },
      invalid,
      /task_id: must be the id of a task, such as 1/,
    ],
    ['a task id below one', { body: { task_id: 0 } }, invalid, { at: 'task_id' }],
    ['a task id with a fraction', { body: { task_id: 1.5 } }, invalid, { at: 'task_id' }],
    ['a task by a word', { body: { task_id: 'press' } }, invalid, { at: 'task_id' }],
    ['metadata that is a list', metadata([]), invalid, { at: 'metadata' }],
    ['metadata that no database can store', metadata({ note: 'a\u0000b' }), invalid, { at: 'metadata' }],
    ['metadata that is too large', metadata({ note: 'x'.repeat(20_000) }), invalid, { at: 'metadata' }],
    ['null', { body: null }, invalid],
    unknownField('max_duraton', /^there is no field "max_duraton"; known: task_id, metadata, validate$/, {
      task_id: 1,
    }),
    unknownField('metdata', /^there is no field "metdata"; did you mean metadata\?$/, { task_id: 1 }),
  ],
  'POST /api/acquisition/sessions/:id/stop': [unknownField('raeson', /"raeson"; did you mean reason\?$/)],
  'POST /api/acquisition/sessions/:id/pause': [unknownField('why', /"why"; known: reason$/)],
  'GET /api/system/quarantine': [badCursor],
  'DELETE /api/system/quarantine': [
    ['no filter', {}, invalid, { at: 'reason' }],
    [
      'half of the filter in the body',
      { query: 'reason=x', body: { stream: 'SAMPLES' } },
      invalid,
      'there is no field "stream"; this takes none',
    ],
  ],
  'POST /api/system/quarantine/send-again': [unknownField('reason', /"reason"; known: trust_epoch$/)],
  'GET /api/config/tasks': [badCursor],
  'POST /api/config/sites': [
    ['no code', { body: { name: 'x' } }, invalid, { at: 'code' }],
    ['a code of blanks', { body: { code: ' ' } }, invalid, { at: 'code' }],
    ['a code with a line break', { body: { code: 'a\nb' } }, invalid, { at: 'code' }],
    [
      'a name that nests without end',
      { text: `{"code":"a","name":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}` },
      invalid,
      'is nested too deeply',
    ],
    [
      'many unknown fields',
      { body: { code: 'a', ...Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`n${n}`, 1])) } },
      invalid,
      /^there is no field "n0"; known: code, name, shifts, networks; .*; and 59990 more.{0,99}$/,
    ],
    ['a long unknown field', { body: { code: 'a', ['x'.repeat(1_000_000)]: 1 } }, invalid, /^.{0,999}$/],
  ],
  'POST /api/config/devices': [
    ['a code that ends with a backslash', { body: { code: 'a\\', host: 'h' } }, invalid, { at: 'code' }],
    ['a measurement that reads as a comment', { body: { code: 'a', host: 'h', measurement: '#a' } }, invalid],
    ['a port beyond the last', { body: { code: 'a', host: 'h', port: 65_536 } }, invalid, { at: 'port' }],
    [
      'a site that does not exist',
      { body: { code: 'a', host: 'h', site_id: 999_999 } },
      invalid,
      { at: 'site_id' },
    ],
    [
      'a port within the host',
      { body: { code: 'a', host: '10.0.0.1:502' } },
      invalid,
      /^host: .* the port has a field of its own$/,
    ],
    [
      'a mistyped field of an excluded range',
      {
        body: {
          code: 'a',
          host: '10.0.0.1',
          profile: { excluded: [{ table: 'coil', from: 0, to: 1, leaned: true }] },
        },
      },
      invalid,
      /^profile\.excluded\.0: .*"leaned"; did you mean learned\?$/,
    ],
  ],
  'POST /api/config/points': [
    [
      'a mistyped field besides the one that it leaves missing',
      { body: { device_id: 1, code: 'a', table: 'coil', data_type: 'bool', adress: 1 } },
      invalid,
      /address: must be.*"adress"/,
    ],
    ['the name of the timestamp', { body: { ...point, code: 'time' } }, invalid, { at: 'code' }],
    [
      'the name of an exact integer',
      { body: { ...point, code: 'energy__integer' } },
      invalid,
      { at: 'code' },
    ],
    [
      'thousands of wrong points',
      { body: Array.from({ length: 2_000 }, () => ({ device_id: 'x', code: '' })) },
      invalid,
      /\(and [3-9]\d{3} more\)$/,
    ],
  ],
  'POST /api/config/tasks': [
    ['a period that is too short', { body: { code: 'a', period_ms: 1 } }, invalid, { at: 'period_ms' }],
    [
      'more faults than are listed',
      { body: { code: ' ', period_ms: 0, device_ids: 1, enabled: 1, x: 1 } },
      invalid,
      /period_ms: .*; .* \(and [12] more\)$/,
    ],
    [
      'a device that does not exist',
      { body: { code: 'a', period_ms: 1_000, device_ids: [999_999] } },
      invalid,
    ],
    ['a point that does not exist', { body: { code: 'a', period_ms: 1_000, point_ids: [999_999] } }, invalid],
    ['a label that no collector can have', labels({ site: 'a,b' }), invalid],
    ['a label with an equals sign', labels({ 'a=b': 'c' }), invalid],
    ['a label without a value', labels({ site: '' }), invalid],
    ['a label that is no text', labels({ site: 1 }), invalid],
    [
      'too many labels',
      labels(Object.fromEntries([...Array(33).keys()].map((n) => [`l${n}`, 'x']))),
      invalid,
    ],
    ['no duration', maxDuration({}), invalid, { at: 'max_duration' }],
    [
      'a duration of nothing',
      maxDuration({ soft_seconds: null, hard_seconds: null }),
      invalid,
      { at: 'max_duration' },
    ],
    [
      'a duration below a second',
      maxDuration({ hard_seconds: 0 }),
      invalid,
      { at: 'max_duration.hard_seconds' },
    ],
    [
      'a fraction of a second',
      maxDuration({ soft_seconds: 1.5 }),
      invalid,
      { at: 'max_duration.soft_seconds' },
    ],
    [
      'a duration beyond ten years',
      maxDuration({ hard_seconds: 315_360_001 }),
      invalid,
      { at: 'max_duration.hard_seconds' },
    ],
    [
      'a warning at the stop',
      maxDuration({ soft_seconds: 9, hard_seconds: 9 }),
      invalid,
      { at: 'max_duration.soft_seconds' },
    ],
    ['a mistyped duration', maxDuration({ hard_secs: 9 }), invalid, { at: 'max_duration' }],
    ['a duration as a number', maxDuration(90), invalid, { at: 'max_duration' }],
  ],
  'POST /api/config/devices/:id/test': [unknownField('timeout_ms', /"timeout_ms"; this takes none$/)],
  'POST /api/system/collectors/:id/undrain': [unknownField('force', /"force"; this takes none$/)],
};
