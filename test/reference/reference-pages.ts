import { join } from 'node:path';
import { roles } from '@holdfast/shared/contracts/api-key.ts';
import { inLanguage, type Language } from '@holdfast/texts/text.ts';
import { operationOf } from '../../services/api/src/http/openapi.ts';
import { type Route, tags } from '../../services/api/src/http/route.ts';
import { adviceText } from '../../services/api/src/problems/advice-texts.ts';
import { type ProblemCode, problemStatuses, titleOf } from '../../services/api/src/problems/codes.ts';
import { allRoutes } from '../../services/api/testing/all-routes.ts';
import { type AlertRule, alertGroups } from '../metrics/named-metrics.ts';
import { cliPage } from './cli-page.ts';
import { declaredMetrics } from './declared-metrics.ts';
import { endpointsPage } from './endpoints-page.ts';
import { code, listOf, page, type Row, table } from './markdown.ts';
import { settingsPage } from './settings-page.ts';

export const referenceFolder = join(import.meta.dirname, '..', '..', 'docs', 'reference');

/** Every page of docs/reference by its name. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['settings.md', await settingsPage()],
    ['metrics.md', metricsPage()],
    ['alerts.md', await alertsPage()],
    ['problems.md', problemsPage()],
    ['problems.zh-CN.md', problemsPageInChinese()],
    ['rights.md', rightsPage()],
    ['cli.md', cliPage()],
    ['endpoints.md', await endpointsPage()],
  ]);
}

async function alertsPage(): Promise<string> {
  const groups = await alertGroups();
  return page([
    '# Alerts',
    'The rules of `deploy/prometheus/alerts.yml`. `critical`: data is lost, or sessions stop, if you do nothing. `warning`: look at it the same day. `info`: worth knowing. [Monitoring](docs/monitoring.md) says how to use them.',
    ...groups.flatMap(({ name, rules }) => [titleOfGroup(name), ...rules.flatMap(partsOf)]),
  ]);
}

function titleOfGroup(group: string): string {
  const title = group.replace('holdfast-', '');
  return `## ${title[0]?.toUpperCase()}${title.slice(1)}`;
}

function partsOf({ alert, for: time, labels, annotations }: AlertRule): string[] {
  const after = time === undefined ? 'at once' : `after ${time}`;
  return [
    `### ${alert}`,
    `**${inWords(annotations.summary)}** (${labels.severity}, ${after})`,
    inWords(annotations.description),
  ];
}

/** Templates of Prometheus as words: `{{ $labels.instance }}` is the instance. */
function inWords(text: string): string {
  return text
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, '‹$1›')
    .replace(/\{\{ \$value[^}]*\}\}/g, '‹value›')
    .trim();
}

const intros: Readonly<Record<string, string>> = {
  'Every service':
    'Each service also shows `process_` and `nodejs_` metrics: memory (`process_resident_memory_bytes`), processor time (`process_cpu_seconds_total`), delay of the event loop (`nodejs_eventloop_lag_p99_seconds`, sampled every 50 ms, which are included), garbage collection (`nodejs_gc_duration_seconds`) and start (`process_start_time_seconds`).',
  Supervisor:
    'Every supervisor follows the whole log, so stand-bys show the same sessions as the leader: use `max`, not `sum`. Only the newest session of each task counts.',
};

function metricsPage(): string {
  return page([
    '# Metrics',
    'Every service answers `GET /metrics` for Prometheus: supervisor, collector, writer and alarms on [`HEALTH_PORT`](docs/reference/settings.md#every-service), the API on its own port. No key is needed. Metrics show counts, times and the names of collectors, but no points, devices or sessions, so a plant of 10,000 devices has no more series than one of ten. Counters begin at 0 with the process. A metric whose value is unknown is left out.',
    'See also [monitoring](docs/monitoring.md) and [alerts](docs/reference/alerts.md).',
    ...[...declaredMetrics()].flatMap(([section, metrics]) => [
      `## ${section}`,
      intros[section] ?? '',
      table(
        ['Metric', 'Type', 'Labels', 'Meaning'],
        metrics.map(({ name, type, labels, help }) => [code(name), type, listOf(labels), help]),
      ),
    ]),
  ]);
}

function rightsPage(): string {
  const names = Object.keys(tags) as (keyof typeof tags)[];
  return page([
    '# Rights of each role',
    'The lowest role that a call needs, and where that role must hold ([sites](docs/security.md#sites)): at all sites, at the sites of what the request names, or at any site, in which case the answer lists only what belongs to the caller’s sites.',
    ...names.flatMap((tag) => {
      const routes = allRoutes.filter((route) => route.tag === tag && route.role !== 'open');
      return routes.length === 0 ? [] : [`## ${tag}`, table(head, routes.map(rowOf))];
    }),
  ]);
}

const head = ['Right', 'Call', ...roles, 'Sites'];

function rowOf(route: Route): Row {
  const { summary, role, sites } = route;
  const marks = roles.map((each) =>
    role !== 'open' && (role === 'known' || roles.indexOf(each) >= roles.indexOf(role)) ? '✓' : '–',
  );
  const where = sites === 'all' ? 'all' : sites === 'own' ? 'any; lists its own' : 'those named';
  return [summary, code(operationOf(route)), ...marks, where];
}

const example = `\`\`\`json
{
  "type": "about:blank", "title": "${inLanguage(titleOf('task_already_active'), 'en')}", "status": 409,
  "detail": "Session 1-1 is running. Stop it first, or go on with it.", "code": "task_already_active",
  "instance": "99f08691-5f68-4f11-9cd3-e9be531c6081", "session_id": "1-1", "session_status": "running"
}
\`\`\``;

/** Problem codes by status; the console's page on problems is made from these tables. */
function problemsPage(): string {
  return page([
    '# Problems',
    '[中文](docs/reference/problems.zh-CN.md)',
    'Errors of the API are `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Programs use `code`, which never changes; `title` and `detail` are for people and may change. `instance` is the id of the request in the log. With `Accept-Language: zh`, `title`, `detail` and `errors` are Chinese, also what collectors and drivers say about a device; texts of databases and of the event log stay as they are.',
    example,
    table(['Code', 'Status', 'Title', 'Meaning and what to do'], rows('en')),
  ]);
}

function problemsPageInChinese(): string {
  return page([
    '# 问题代码',
    '[English](docs/reference/problems.md)',
    '错误以 `application/problem+json`（[RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)）返回。`code` 供程序使用，不会改变；`title` 与 `detail` 供人阅读，可能改变。`instance` 是该请求在日志中的编号。请求带有 `Accept-Language: zh` 时，`title`、`detail` 和 `errors` 为中文，采集器和驱动对设备的说明也是；数据库的原话和事件日志的内容保持原样。',
    table(['代码', '状态', '标题', '含义与处理办法'], rows('zh')),
  ]);
}

function rows(language: Language): Row[] {
  return (Object.keys(problemStatuses) as ProblemCode[]).map((each) => [
    ...[code(each), String(problemStatuses[each])],
    ...[titleOf(each), adviceText(each)].map((text) => inLanguage(text, language)),
  ]);
}
