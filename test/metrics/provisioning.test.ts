import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const grafana = join(root, 'deploy', 'grafana');
const yaml = async (...path: string[]) => parse(await readFile(join(...path), 'utf8'), { merge: true });

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: unknown;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: unknown;
  }[];
}

interface Dashboard {
  readonly id?: number | null;
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly unknown[] };
  readonly panels: readonly Panel[];
}

const files = (await readdir(join(grafana, 'dashboards'))).filter((name) => name.endsWith('.json'));
const dashboards = await Promise.all(
  files.map(async (name) => {
    const text = await readFile(join(grafana, 'dashboards', name), 'utf8');
    return { name, raw: JSON.parse(text) as Dashboard };
  }),
);

describe('what Grafana is provisioned with', () => {
  it.each(dashboards)('$name has the form of a dashboard, and no number of another Grafana', ({ raw }) => {
    const { panels } = raw;
    expect(raw.uid).toMatch(/^[A-Za-z0-9_-]{1,40}$/);
    expect(raw.title).not.toBe('');
    // Grafana brings schemas up to its own from a certain version on, and misreads newer ones.
    expect(raw.schemaVersion).toBeGreaterThanOrEqual(36);
    expect(raw.schemaVersion).toBeLessThanOrEqual(42);
    expect([raw.time.from, raw.time.to]).toEqual([expect.any(String), expect.any(String)]);
    expect(raw.templating.list).toEqual(expect.any(Array));
    expect(panels.length).toBeGreaterThan(0);
    // With an id of its own it would replace whatever has that id here.
    expect(raw.id ?? null).toBeNull();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { id, type, targets = [], title } of panels) {
      expect(Number.isInteger(id) && id > 0, title).toBe(true);
      expect(['row', 'stat', 'timeseries'], title).toContain(type);
      for (const { refId, expr } of targets) expect([refId, expr]).not.toContain('');
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
    }
  });

  it.each(dashboards)('$name fits into 24 columns, and no panel hides another', ({ raw }) => {
    const { panels } = raw;
    const cells = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells.get(`${x} ${y}`), `${title} lies on another panel`).toBeUndefined();
          cells.set(`${x} ${y}`, title);
        }
      }
    }
  });

  it('has the data source that every panel and each of its questions names, at the address of the compose file', async () => {
    const { datasources } = await yaml(grafana, 'provisioning', 'datasources', 'prometheus.yml');
    expect(datasources).toHaveLength(1);
    const [{ uid, type, url }] = datasources;
    for (const { name, raw } of dashboards) {
      for (const panel of raw.panels.filter((each) => each.type !== 'row')) {
        expect(panel.datasource, `${name}: ${panel.title}`).toEqual({ type, uid });
        expect(panel.targets?.length, `${name}: ${panel.title}`).toBeGreaterThan(0);
        for (const target of panel.targets ?? []) expect(target.datasource).toEqual({ type, uid });
      }
    }
    const { services } = await yaml(root, 'docker-compose.yml');
    const { hostname, port } = new URL(url);
    expect(services[hostname].image).toContain('prometheus');
    expect(services[hostname].ports[0]).toMatch(new RegExp(`:${port}$`));
    const networks = [services.grafana, services[hostname]].map((service) => service.networks);
    expect(networks[0]).toEqual(networks[1]);
  });

  it('is mounted where Grafana and its provider look for it', async () => {
    const { grafana: service } = (await yaml(root, 'docker-compose.yml')).services;
    const mounts = new Map<string, string>(
      service.volumes.map((volume: string) => volume.split(':').slice(0, 2).reverse()),
    );
    expect(mounts.get('/etc/grafana/provisioning/datasources')).toBe(
      './deploy/grafana/provisioning/datasources',
    );
    expect(mounts.get('/etc/grafana/provisioning/dashboards')).toBe(
      './deploy/grafana/provisioning/dashboards',
    );
    const { providers } = await yaml(grafana, 'provisioning', 'dashboards', 'holdfast.yml');
    expect(providers).toHaveLength(1);
    const { path } = providers[0].options;
    expect(mounts.get(path)).toBe('./deploy/grafana/dashboards');
    const home: string = service.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH;
    expect(files.map((name) => `${path}/${name}`)).toContain(home);
  });
});
