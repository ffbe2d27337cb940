import { type AlertRule, alertGroups } from '../metrics/named-metrics.ts';
import { page } from './markdown.ts';

export async function alertsPage(): Promise<string> {
  const groups = await alertGroups();
  return page([
    '# Alerts',
    'The rules of `deploy/prometheus/alerts.yml`. `critical`: data is lost, or sessions stop, if you do nothing. `warning`: look at it the same day. `info`: worth knowing. [Monitoring](docs/monitoring.md) says how to use them.',
    ...groups.flatMap(({ name, rules }) => [titleOf(name), ...rules.flatMap(partsOf)]),
  ]);
}

function titleOf(group: string): string {
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
