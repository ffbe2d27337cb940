import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { alertRules, alertsFile, dashboards } from './named-metrics.ts';

const run = promisify(execFile);
const hasPromtool = inject('installedServers').promtool !== null;
const promtool = (...args: string[]) => run(inject('installedServers').promtool ?? '', args);

/**
 * The configuration, without the files that it takes in where promtool is older than 2.43 and does not know of them.
 */
async function understoodConfig(folder: string): Promise<string> {
  const { stdout } = await promtool('--version');
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout) ?? [];
  const file = join(folder, 'prometheus.yml');
  if (Number(major) > 2 || Number(minor) >= 43) return file;
  const copy = join(await temporaryFolder('prometheus'), 'prometheus');
  await cp(folder, copy, { recursive: true });
  const { scrape_config_files: _, ...understood } = parse(await readFile(file, 'utf8'));
  await writeFile(join(copy, 'prometheus.yml'), stringify(understood));
  return join(copy, 'prometheus.yml');
}

describe('the alerts', () => {
  it('say what is the matter, what to do and how urgent it is', async () => {
    const rules = await alertRules();
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, expr, labels, annotations } of rules) {
      expect(alert).toMatch(/^Holdfast[A-Z][A-Za-z]+$/);
      expect(expr.trim()).not.toBe('');
      expect(['critical', 'warning', 'info'], alert).toContain(labels.severity);
      expect(annotations.summary.length, alert).toBeGreaterThan(10);
      expect(annotations.description.length, alert).toBeGreaterThan(60);
    }
  });

  it('refer to each other only by names that there are', async () => {
    const rules = await alertRules();
    const names = new Set(rules.map(({ alert }) => alert));
    const referred = rules.flatMap(({ annotations }) => [
      ...annotations.description.matchAll(/\bHoldfast[A-Z]\w+/g),
    ]);
    expect(referred.map(([name]) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it.skipIf(!hasPromtool)(
    'are understood by Prometheus and fire when they should, and only then (needs promtool)',
    async () => {
      const folder = join(alertsFile, '..');
      await promtool('check', 'config', await understoodConfig(folder));
      // No other check covers the files that it takes in, so they are checked as a configuration of their own.
      await promtool('check', 'config', join(folder, 'api.yml'));
      await promtool('check', 'config', '--syntax-only', join(folder, 'api-tls.yml'));
      await promtool('test', 'rules', join(import.meta.dirname, 'alerts.promtool.yml'));
    },
  );
});

describe('the dashboards', () => {
  it('have names of their own, and panels that ask the data source that is provisioned', async () => {
    const all = await dashboards();
    expect(all.map(({ uid }) => uid).sort()).toEqual([
      'holdfast-data-path',
      'holdfast-fleet',
      'holdfast-ownership',
    ]);
    for (const { title, panels } of all) {
      for (const panel of panels.filter(({ type }) => type !== 'row')) {
        expect(panel.datasource?.uid, `${title}: ${panel.title}`).toBe('holdfast-prometheus');
        expect(panel.targets?.length, `${title}: ${panel.title}`).toBeGreaterThan(0);
      }
    }
  });

  it.skipIf(!hasPromtool)('ask only what Prometheus understands (needs promtool)', async () => {
    const queries = (await dashboards()).flatMap(({ panels }) =>
      panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    );
    const rules = queries.map((expr, index) => ({
      record: `panel_${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
    const file = join(await temporaryFolder('panels'), 'panels.yml');
    await writeFile(file, stringify({ groups: [{ name: 'panels', rules }] }));
    const { stdout } = await promtool('check', 'rules', file);
    expect(stdout).toContain(`${queries.length} rules found`);
  });
});
