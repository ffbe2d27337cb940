import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A series selector as it stands in an expression: `name{label="value"}`. */
export interface NamedMetric {
  /** Where it stands, for people. */
  readonly where: string;
  /** As our services expose it: without the endings that a histogram's series have. */
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  /** Labels that the whole expression and its legend group or name by. */
  readonly groupedBy: readonly string[];
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
export const alertsFile = join(deploy, 'prometheus', 'alerts.yml');

export async function alertGroups(): Promise<{ name: string; rules: AlertRule[] }[]> {
  return parse(await readFile(alertsFile, 'utf8')).groups;
}

export async function alertRules(): Promise<AlertRule[]> {
  return (await alertGroups()).flatMap(({ rules }) => rules);
}

export async function dashboards(): Promise<Dashboard[]> {
  const folder = join(deploy, 'grafana', 'dashboards');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

export async function namedMetrics(): Promise<NamedMetric[]> {
  const ofAlerts = (await alertRules()).flatMap(({ alert, expr, annotations }) =>
    metricsIn(expr, `alert ${alert}`, labelsOfTemplate(annotations.summary + annotations.description)),
  );
  const ofDashboards = (await dashboards()).flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      (panel.targets ?? []).flatMap(({ expr, legendFormat }) =>
        metricsIn(expr, `${title}, panel ${panel.title}`, labelsOfLegend(legendFormat)),
      ),
    ),
  );
  return [...ofAlerts, ...ofDashboards];
}

/** Those of Prometheus itself (`up`, `ALERTS`) aside. */
function metricsIn(expr: string, where: string, shownLabels: readonly string[]): NamedMetric[] {
  const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  const groupedBy = [...groups.map((label) => label.trim()), ...shownLabels].filter((label) => label !== '');
  return [...expr.matchAll(/\b((?:holdfast|nodejs|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', matchers = '']) => ({
      where,
      name: name.replace(/_(bucket|sum|count)$/, ''),
      matchers: [...matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(
        ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
      ),
      groupedBy,
    }),
  );
}

function labelsOfTemplate(text: string): string[] {
  return [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
}

function labelsOfLegend(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
}
