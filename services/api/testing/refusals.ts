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

/** A fault in words, a request that has it, the status and code of the answer, and its detail or the path of an error. */
export type Refusal = readonly [
  what: string,
  request: BadRequest,
  answer: `${number} ${ProblemCode}`,
  says?: string | RegExp | { readonly at: string } | undefined,
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
  '/api/exports/:id': ['export_not_found', 'any text'],
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

/** Calls of people who have logged in, or are about to. They are refused here before an id is looked up. */
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

/** Routes that take a version and never require one: API_REQUIRE_IF_MATCH concerns the configuration. */
const neverRequiresVersion = ['PATCH /api/system/users/:id'];

const mib = 1_048_576;

/**
 * The refusals that follow from the declaration of a route.
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
          [
            'a key that is too long',
            { body, headers: { 'idempotency-key': 'x'.repeat(256) } },
            invalid,
            /^Idempotency-Key: /,
          ],
        ] as const)
      : []),
    ...(hasVersion && method !== 'GET' && !withoutVersionHere.includes(nameOf(route))
      ? ([
          ['another version', { body, headers: { 'if-match': '"other"' } }, '412 precondition_failed'],
          ...(neverRequiresVersion.includes(nameOf(route))
            ? []
            : [['no version where one is required', { body, isStrict: true }, '428 precondition_required']]),
        ] as Refusal[])
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

function badIds({ url, method }: Route, body: unknown): Refusal[] {
  const tooLong: Refusal = [
    'an id that is too long',
    { id: 'x'.repeat(1_025) },
    '414 path_too_long',
    / 1024 /,
  ];
  if (forPeople.test(url)) return [tooLong];
  const [code, id] = Object.entries(missing).find(([start]) => url.startsWith(start))?.[1] ?? [];
  if (code === undefined)
    throw new Error(`${method} ${url}: say in \`missing\` how it answers about nothing`);
  const malformed = id === 'number' ? invalid : noSuch(code);
  return [
    tooLong,
    ['an id of nothing', { id: '999999999', body }, noSuch(code)],
    ['a word for an id', { id: 'none', body }, malformed],
    ['a word for an id, where a version is required', { id: 'none', body, isStrict: true }, malformed],
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

type Says = string | RegExp;
const saysOf = (says: Says | undefined) => (typeof says === 'string' ? { at: says } : says);
/** A body that is malformed, where a path is given there. */
const body = (what: string, value: unknown, says?: Says): Refusal => [
  what,
  { body: value },
  invalid,
  saysOf(says),
];
/** A query that is malformed, where a path is given there. */
const query = (what: string, text: string, says?: Says): Refusal => [
  what,
  { query: text },
  invalid,
  saysOf(says),
];

const metadata = (value: unknown) => ({ task_id: 1, metadata: value });
const maxDuration = (value: unknown) => ({ code: 'no', period_ms: 1_000, max_duration: value });
const labels = (value: unknown) => ({ code: 'no', period_ms: 1_000, required_labels: value });
const unknownField = (name: string, says: RegExp, rest: object = {}) =>
  body(`a field ${name}`, { ...rest, [name]: 1 }, says);
const history = (rest: string) => `point_code=a&${rest}`;
const valuePoint = 'refusals-device/value-0';
const exportOf = (point: string, rest = '') => `point=${point}&start_time=-1h${rest}`;
const badCursor: Refusal = ['a foreign cursor', { query: 'cursor=abc' }, '422 invalid_cursor'];
const point = { device_id: 1, table: 'coil', address: 0, data_type: 'bool' };

/** All other refusals, by route. */
export const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  'GET /api/acquisition/sessions': [
    query('an unknown status', 'status=running,asleep', 'status.1'),
    badCursor,
  ],
  'GET /api/acquisition/sessions/point-history': [
    ['no point', {}, invalid, { at: 'point_code' }],
    query('an unknown time', history('start_time=yesterday'), 'start_time'),
    query('an end before the beginning', history('start_time=now&end_time=-1h'), /must be before/),
    query('no end after the beginning', history('start_time=now')),
    query('years for an interval', history('interval=1y'), 'interval'),
    query('an unknown aggregation', history('interval=1m&aggregation=median'), 'aggregation'),
  ],
  'GET /api/acquisition/sessions/:id/completeness': [
    ['a device that it does not read', { query: 'device=press-9' }, '404 device_not_in_session'],
    query('an unknown time', 'from=yesterday', 'from'),
    query('an end before the beginning', 'from=-1h&to=-2h'),
    query('years for an interval', 'interval=1y', 'interval'),
  ],
  'GET /api/acquisition/sessions/:id/gaps': [badCursor],
  'GET /api/acquisition/sessions/:id/timeline': [
    query('an end at the beginning', 'from=-1h&to=-1h'),
    query('an unknown time', 'from=soon', 'from'),
    query('no buckets', 'buckets=0', 'buckets'),
    query('too many buckets', 'buckets=1001', 'buckets'),
  ],
  'GET /api/acquisition/sessions/:id/events': [query('an unknown choice', 'only=odd', 'only')],
  'GET /api/acquisition/completeness': [
    query('an interval of days and hours', 'from=-4d&to=now&interval=36h', 'interval'),
    ['too many periods', { query: 'from=-4d&to=now&interval=1s' }, '422 too_many_periods'],
    query('an unknown time zone', 'from=-4d&to=now&time_zone=Mars/Olympus', 'time_zone'),
    query('an end before the beginning', 'from=-1h&to=-2h'),
    ['a foreign cursor', { query: 'from=-4d&to=now&cursor=x' }, '422 invalid_cursor'],
  ],
  'GET /api/acquisition/points/values': [
    ['an unknown device', { query: 'device=press-9' }, '404 device_not_found'],
    ['an unknown session', { query: 'session=9-9' }, '404 session_not_found'],
    query('a device for a point', 'point=press-1'),
    badCursor,
  ],
  'GET /api/exports/values': [
    query('no point', 'start_time=-1h', 'point'),
    ['an unknown point', { query: exportOf('refusals-device/nothing') }, '404 point_not_found'],
    ['a point of an unknown device', { query: exportOf('press-9/level') }, '404 device_not_found'],
    query('an unknown device', 'device=press-9&start_time=-1h', 'device'),
    query('an end before the beginning', exportOf(valuePoint, '&end_time=-2h'), 'start_time'),
    query('an unknown format', exportOf(valuePoint, '&format=ods'), 'format'),
    query('an id that is no UUID', exportOf(valuePoint, '&export_id=1'), 'export_id'),
    query('an unknown time zone', exportOf(valuePoint, '&time_zone=Mars'), 'time_zone'),
  ],
  'POST /api/acquisition/sessions/start-task': [
    ['a task that does not exist', { body: { task_id: 1_000_000 } }, '404 task_not_found'],
    body('no task', {}, 'task_id'),
    body('a task by its code', { task_code: 'press' }, /task_id: must be the id of a task, such as 1/),
    body('a task id below one', { task_id: 0 }, 'task_id'),
    body('a task id with a fraction', { task_id: 1.5 }, 'task_id'),
    body('a task by a word', { task_id: 'press' }, 'task_id'),
    body('metadata that is a list', metadata([]), 'metadata'),
    body('metadata that no database can store', metadata({ note: 'a\u0000b' }), 'metadata'),
    body('metadata that is too large', metadata({ note: 'x'.repeat(20_000) }), 'metadata'),
    body('null', null),
    unknownField('max_duraton', /^there is no field "max_duraton"; known: task_id, metadata, validate$/, {
      task_id: 1,
    }),
    unknownField('metdata', /^there is no field "metdata"; did you mean metadata\?$/, { task_id: 1 }),
  ],
  'POST /api/acquisition/sessions/:id/stop': [unknownField('raeson', /"raeson"; did you mean reason\?$/)],
  'POST /api/acquisition/sessions/:id/pause': [unknownField('why', /"why"; known: reason$/)],
  // An empty list would look as if nothing had happened.
  'GET /api/system/audit': [
    query('an end before the beginning', 'from=-1h&to=-2h', 'from'),
    query('an end at the beginning', 'from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z', 'from'),
  ],
  'GET /api/acquisition/live': [
    ['an unknown task', { query: 'task=nobody' }, '404 task_not_found'],
    ['a last id that is none', { headers: { 'last-event-id': 'yesterday' } }, invalid],
    query('a last id that is none', 'lastEventId=yesterday'),
  ],
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
    body('no code', { name: 'x' }, 'code'),
    body('a code of blanks', { code: ' ' }, 'code'),
    body('a code with a line break', { code: 'a\nb' }, 'code'),
    [
      'a name that nests without end',
      { text: `{"code":"a","name":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}` },
      invalid,
      'is nested too deeply',
    ],
    body(
      'many unknown fields',
      { code: 'a', ...Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`n${n}`, 1])) },
      /^there is no field "n0"; known: code, name, shifts, networks; .*; and 59990 more.{0,99}$/,
    ),
    body('a long unknown field', { code: 'a', ['x'.repeat(1_000_000)]: 1 }, /^.{0,999}$/),
  ],
  'POST /api/config/devices': [
    body('a code that ends with a backslash', { code: 'a\\', host: 'h' }, 'code'),
    body('a measurement that reads as a comment', { code: 'a', host: 'h', measurement: '#a' }),
    body('a port beyond the last', { code: 'a', host: 'h', port: 65_536 }, 'port'),
    body('a site that does not exist', { code: 'a', host: 'h', site_id: 999_999 }, 'site_id'),
    body(
      'a port within the host',
      { code: 'a', host: '10.0.0.1:502' },
      /^host: .* the port has a field of its own$/,
    ),
    body(
      'a mistyped field of an excluded range',
      {
        code: 'a',
        host: '10.0.0.1',
        profile: { excluded: [{ table: 'coil', from: 0, to: 1, leaned: true }] },
      },
      /^profile\.excluded\.0: .*"leaned"; did you mean learned\?$/,
    ),
  ],
  'POST /api/config/points': [
    body(
      'a mistyped field besides the one that it leaves missing',
      { device_id: 1, code: 'a', table: 'coil', data_type: 'bool', adress: 1 },
      /address: must be.*"adress"/,
    ),
    body('the name of the timestamp', { ...point, code: 'time' }, 'code'),
    body('the name of an exact integer', { ...point, code: 'energy__integer' }, 'code'),
    body(
      'thousands of wrong points',
      Array.from({ length: 2_000 }, () => ({ device_id: 'x', code: '' })),
      /\(and [3-9]\d{3} more\)$/,
    ),
  ],
  'POST /api/config/tasks': [
    body('a period that is too short', { code: 'a', period_ms: 1 }, 'period_ms'),
    body(
      'more faults than are listed',
      { code: ' ', period_ms: 0, device_ids: 1, enabled: 1, x: 1 },
      /period_ms: .*; .* \(and [12] more\)$/,
    ),
    body('a device that does not exist', { code: 'a', period_ms: 1_000, device_ids: [999_999] }),
    body('a point that does not exist', { code: 'a', period_ms: 1_000, point_ids: [999_999] }),
    body('a label that no collector can have', labels({ site: 'a,b' })),
    body('a label with an equals sign', labels({ 'a=b': 'c' })),
    body('a label without a value', labels({ site: '' })),
    body('a label that is no text', labels({ site: 1 })),
    body('too many labels', labels(Object.fromEntries([...Array(33).keys()].map((n) => [`l${n}`, 'x'])))),
    body('no duration', maxDuration({}), 'max_duration'),
    body('a duration of nothing', maxDuration({ soft_seconds: null, hard_seconds: null }), 'max_duration'),
    body('a duration below a second', maxDuration({ hard_seconds: 0 }), 'max_duration.hard_seconds'),
    body('a fraction of a second', maxDuration({ soft_seconds: 1.5 }), 'max_duration.soft_seconds'),
    body(
      'a duration beyond ten years',
      maxDuration({ hard_seconds: 315_360_001 }),
      'max_duration.hard_seconds',
    ),
    body(
      'a warning at the stop',
      maxDuration({ soft_seconds: 9, hard_seconds: 9 }),
      'max_duration.soft_seconds',
    ),
    body('a mistyped duration', maxDuration({ hard_secs: 9 }), 'max_duration'),
    body('a duration as a number', maxDuration(90), 'max_duration'),
  ],
  'POST /api/config/devices/:id/test': [unknownField('timeout_ms', /"timeout_ms"; this takes none$/)],
  'POST /api/system/collectors/:id/undrain': [unknownField('force', /"force"; this takes none$/)],
};
