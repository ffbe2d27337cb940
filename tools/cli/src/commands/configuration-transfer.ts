import { readFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import type { ApiClient, Item } from '../api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { type ConfigurationFile, readConfigurationFile, toFile } from '../configuration-file.ts';
import { exitCodes } from '../exit-codes.ts';
import { records } from '../output/values.ts';

const all = Number.MAX_SAFE_INTEGER;
const pointsAtOnce = 1_000;

export const configurationTransfer: readonly Command[] = [
  {
    words: ['export'],
    about: 'All sites, devices, points and tasks as YAML (--json: as JSON), with codes instead of ids.',
    operands: [],
    options: {},
    async run({ api, print }) {
      const [sites, devices, points, tasks] = await Promise.all(
        ['sites', 'devices', 'points', 'tasks'].map((kind) => api.list(`/api/config/${kind}/`, {}, all)),
      );
      const file = toFile({
        sites: sites ?? [],
        devices: devices ?? [],
        points: points ?? [],
        tasks: tasks ?? [],
      });
      if (print.isJsonAsked) print.json(file);
      else print.line(stringify(file, { lineWidth: 0 }).trimEnd());
    },
  },
  {
    words: ['import'],
    about:
      'Brings in what export wrote: what is not there is made, what has the same code is changed, nothing is deleted.',
    operands: [{ name: 'FILE' }],
    options: { 'dry-run': { type: 'boolean', about: 'only say what would be done' } },
    async run({ api, print }, input) {
      const file = await readFileOf(input.operands[0] ?? '');
      const progress = print.progress('import');
      const done = await bringIn(api, file, {
        isDry: input.has('dry-run'),
        onStep: (step, of) => progress.at(step, of),
      }).finally(() => progress.end());
      const sentence = `${done.created} made, ${done.changed} changed, ${done.unchanged} as they were.`;
      print.said(done, input.has('dry-run') ? `Would be: ${sentence}` : sentence);
    },
  },
];

async function readFileOf(path: string): Promise<ConfigurationFile> {
  try {
    // JSON is YAML too.
    return readConfigurationFile(parse(await readFile(path, 'utf8'), { maxAliasCount: 0 }));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`Cannot read ${path}: ${(error as Error).message}`, exitCodes.refused, {
      cause: error,
    });
  }
}

interface Done {
  created: number;
  changed: number;
  unchanged: number;
}

/** One by one and in the order in which they refer to each other; where it breaks off it can be repeated. */
async function bringIn(
  api: ApiClient,
  file: ConfigurationFile,
  { isDry, onStep }: { isDry: boolean; onStep: (step: number, of: number) => void },
): Promise<Done> {
  const steps =
    file.sites.length +
    file.tasks.length +
    file.devices.reduce((sum, { points }) => sum + 1 + records(points).length, 0);
  const done: Done = { created: 0, changed: 0, unchanged: 0 };
  const ids = { site: new Map<unknown, unknown>(), device: new Map<unknown, unknown>() };
  const pointIds = new Map<string, unknown>();

  const stepped = () => onStep(done.created + done.changed + done.unchanged, steps);

  const put = async (kind: string, there: Item | undefined, wanted: Item): Promise<unknown> => {
    stepped();
    const path = `/api/config/${kind}s/`;
    if (!there) {
      done.created += 1;
      // So that what refers to it can be looked at as well.
      return isDry ? `new ${wanted.code}` : (await api.post(path, wanted)).id;
    }
    if (Object.entries(wanted).every(([name, value]) => isSame(value, there[name]))) done.unchanged += 1;
    else {
      done.changed += 1;
      if (!isDry) await api.patch(`${path}${there.id}/`, wanted);
    }
    return there.id;
  };
  const byCode = async (kind: string, query = {}) =>
    new Map((await api.list(`/api/config/${kind}s/`, query, all)).map((item) => [item.code, item]));

  const sites = await byCode('site');
  for (const site of file.sites) ids.site.set(site.code, await put('site', sites.get(site.code), site));

  const devices = await byCode('device');
  for (const { site, points, ...device } of file.devices) {
    const there = devices.get(device.code);
    const site_id = site ? known(ids.site, sites, site, `site of device ${device.code}`) : null;
    const id = await put('device', there, { ...device, site_id });
    ids.device.set(device.code, id);
    const known_ = there ? await byCode('point', { device_id: id }) : new Map<unknown, Item>();
    const fresh: Item[] = [];
    for (const point of records(points)) {
      const old = known_.get(point.code);
      if (old) pointIds.set(pointKey(device.code, point.code), await put('point', old, point));
      else fresh.push({ ...point, device_id: id });
    }
    for (let at = 0; at < fresh.length; at += pointsAtOnce) {
      const batch = fresh.slice(at, at + pointsAtOnce);
      const made = isDry ? batch : await api.post<Item[]>('/api/config/points/', batch);
      done.created += batch.length;
      stepped();
      for (const point of made) pointIds.set(pointKey(device.code, point.code), point.id);
    }
  }

  const tasks = await byCode('task');
  for (const { devices: ofTask, points, ...task } of file.tasks) {
    const device_ids = listOf(ofTask).map((code) => known(ids.device, devices, code, `task ${task.code}`));
    const point_ids = records(points).map(({ device, point }) => {
      const key = pointKey(device, point);
      if (!pointIds.has(key)) throw missing(`point ${point} of device ${device}`, `task ${task.code}`);
      return pointIds.get(key);
    });
    await put('task', tasks.get(task.code), { ...task, device_ids, point_ids });
  }
  return done;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const pointKey = (device: unknown, point: unknown) => JSON.stringify([device, point]);

/** The file may name what only the installation has. */
function known(
  brought: ReadonlyMap<unknown, unknown>,
  there: ReadonlyMap<unknown, Item>,
  code: unknown,
  by: string,
): unknown {
  const id = brought.get(code) ?? there.get(code)?.id;
  if (id === undefined) throw missing(String(code), by);
  return id;
}

function missing(what: string, by: string): CliError {
  return new CliError(`There is no ${what}, which is named by ${by}.`, exitCodes.refused);
}

/** Lists of ids are sets. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder).sort();
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, inOrder(each)]),
  );
}
