import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { utf8Text } from '@holdfast/shared/runtime/utf8-text.ts';
import { stringify } from 'yaml';
import { ApiRefused } from '../api-refused.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import {
  type Everything,
  type ReadConfiguration,
  readConfigurationFile,
  toFile,
} from '../configuration-file.ts';
import type { Plan, Step } from '../configuration-plan.ts';
import { exitCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import { records } from '../output/values.ts';
import { say } from '../words/say.ts';
import { yamlContent } from '../yaml-content.ts';
import { applyOf, applyOption, noteApplied } from './applied-sessions.ts';

const all = Number.MAX_SAFE_INTEGER;
/** The most things in one change set. */
const thingsAtOnce = 20_000;

export const configurationTransfer: readonly Command[] = [
  {
    words: ['export'],
    about: 'all_sites_devices_points_and_tasks',
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
    about: 'imports_a_file_from_export_all',
    notes: ['the_whole_file_is_checked_first', 'with_apply_sessions_exit_code_1'],
    example: 'import plant.yaml --dry-run',
    operands: [{ name: 'FILE' }],
    options: {
      'dry-run': { type: 'boolean', about: 'only_check_it_and_say' },
      reason: { type: 'string', value: 'TEXT', about: 'kept_in_the_change_set' },
      ...applyOption,
    },
    async run({ api, print }, input) {
      const path = input.operands[0] ?? '';
      const file = await readFileOf(path);
      // Loaded here, because its schemas take a while, for which other commands need not wait.
      const { planOf } = await import('../configuration-plan.ts');
      const plan = planOf(file, await whatIsThere(api, file));
      if (plan.faults.length > 0) throw faulty(path, plan.faults);
      for (const warning of plan.warnings) print.note(say('warning', { warning: plainText(warning) }));
      const whole = countOf(plan.steps);
      const about = { path, reason: input.text('reason') ?? `import ${path}` };
      const query = applyOf(input);
      if (input.has('dry-run')) {
        // A larger change is split, and its things refer to others that are not made yet.
        const isTried = whole.created + whole.changed <= thingsAtOnce;
        const { applied: wouldTake } = isTried
          ? await changeAll(api, plan, { ...about, query, isTry: true })
          : {};
        print.report(
          wouldTake ? { ...whole, applied: wouldTake } : whole,
          say('would_be', { what: sentenceOf(whole) }),
        );
        if (!isTried && query.apply)
          print.note(
            say('which_sessions_would_go', {
              count: thingsAtOnce,
            }),
          );
        return noteApplied(print, { applied: wouldTake });
      }
      const progress = print.progress('import');
      const total = whole.created + whole.changed;
      // Sessions take up the change once, with everything in the file.
      const isOneSet = total > 0 && total <= thingsAtOnce;
      let answer: Item = {};
      try {
        for (let done = 0, next = plan; done < total; done += thingsAtOnce) {
          progress.at(done, total);
          // The things made so far have ids by now.
          if (done > 0) next = planOf(file, await whatIsThere(api, file));
          const options = {
            ...about,
            query: isOneSet ? query : { apply: undefined },
            isTry: false,
            before: { done, wanted: total },
          };
          answer = await changeAll(api, next, options);
        }
        if (query.apply && !isOneSet) answer = await applyAll(api, file, { ...about, query, whole });
      } finally {
        progress.end();
      }
      const { applied = [] } = answer;
      print.report(query.apply ? { ...whole, applied } : whole, sentenceOf(whole));
      return noteApplied(print, { applied });
    },
  },
];

const nameOfInput = (path: string) => (path === '-' ? say('standard_input') : path);

async function readFileOf(path: string): Promise<ReadConfiguration> {
  try {
    const content = utf8Text(path === '-' ? await buffer(process.stdin) : await readFile(path));
    if (content === undefined) {
      throw new Error(say('it_is_not_in_utf_8'));
    }
    return readConfigurationFile(yamlContent(content));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const about = { file: nameOfInput(path), why: (error as Error).message };
    throw new CliError(say('cannot_read', about), exitCodes.refused, { cause: error });
  }
}

function faulty(path: string, faults: readonly string[]): CliError {
  const about = { file: nameOfInput(path), count: faults.length };
  const first =
    faults.length === 1
      ? say('nothing_was_changed_has_a_fault', about)
      : say('nothing_was_changed_has_faults', about);
  const lines = faults.map((fault) => `  - ${plainText(fault)}`);
  return new CliError([first, ...lines].join('\n'), exitCodes.refused);
}

/** The existing configuration, as far as the file speaks of it. */
async function whatIsThere(api: ApiClient, file: ReadConfiguration): Promise<Everything> {
  const list = (kind: string, query = {}) => api.list(`/api/config/${kind}/`, query, all);
  const [sites, devices, tasks] = [await list('sites'), await list('devices'), await list('tasks')];
  const codes = new Set([
    ...file.devices.map(({ code }) => code),
    ...file.tasks.flatMap((task) => records(task.points).map(({ device }) => device)),
  ]);
  const points: Item[] = [];
  for (const { id, code } of devices) {
    if (codes.has(code)) points.push(...(await list('points', { device_id: id as number })));
  }
  return { sites, devices, points, tasks };
}

interface Done {
  created: number;
  changed: number;
  unchanged: number;
}

function countOf(steps: readonly Step[]): Done {
  const count = (which: Step['action']) => steps.filter(({ action }) => action === which).length;
  return { created: count('create'), changed: count('change'), unchanged: count('none') };
}

const sentenceOf = ({ created, changed, unchanged }: Done) =>
  say('made_changed_as_they_were', { created, changed, unchanged });

/** A change set that names everything in the file without changing it: sessions that read any of it go on by it. */
async function applyAll(
  api: ApiClient,
  file: ReadConfiguration,
  {
    reason,
    query,
    whole,
  }: { readonly reason: string; readonly query: ReturnType<typeof applyOf>; readonly whole: Done },
): Promise<Item> {
  const itemsOf = async (kind: 'device' | 'task', things: readonly Item[]): Promise<Item[]> => {
    const codes = new Set(things.map(({ code }) => code));
    const there = codes.size > 0 ? await api.list(`/api/config/${kind}s/`, {}, all) : [];
    return there
      .filter(({ code }) => codes.has(code))
      .map(({ id }) => ({ op: 'change', kind, id, fields: {} }));
  };
  try {
    const items = [...(await itemsOf('device', file.devices)), ...(await itemsOf('task', file.tasks))];
    if (items.length === 0) return {};
    return await api.changeAll('POST', '/api/config/change-sets/', { items, kind: 'import', reason }, query);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError([sentenceOf(whole), error.message].join('\n'), error.exitCode, { cause: error });
  }
}

/** Makes one change set, of all things or as many as one change set takes. */
async function changeAll(
  api: ApiClient,
  plan: Plan,
  {
    path,
    reason,
    isTry,
    before,
    query,
  }: {
    readonly path: string;
    readonly reason: string;
    readonly isTry: boolean;
    readonly query: ReturnType<typeof applyOf>;
    readonly before?: { readonly done: number; readonly wanted: number };
  },
): Promise<Item> {
  const steps = plan.steps.filter(({ action }) => action !== 'none').slice(0, thingsAtOnce);
  if (steps.length === 0) return {};
  const standIns = new Map(
    steps.map(({ key, action }, index) => [action === 'create' ? key : '', -1 - index]),
  );
  const idOf = (key: string) => plan.ids.get(key) ?? standIns.get(key);
  const items = steps.map(({ kind, key, action, id, bodyOf }) => ({
    ...{ op: action, kind, id: action === 'create' ? standIns.get(key) : id },
    fields: bodyOf(idOf),
  }));
  const body = { items, kind: 'import', reason, dry_run: isTry };
  try {
    return await api.changeAll('POST', '/api/config/change-sets/', body, query);
  } catch (error) {
    if (error instanceof CliError) throw refused(error, { path, steps, before });
    throw error;
  }
}

function refused(
  error: CliError,
  {
    path,
    steps,
    before,
  }: {
    readonly path: string;
    readonly steps: readonly Step[];
    readonly before: { readonly done: number; readonly wanted: number } | undefined;
  },
): CliError {
  const faults = (error instanceof ApiRefused ? error.errors : []).map(({ path: at, message }) => {
    const [, index, field] = /^items\.(\d+)\.?(?:fields\.?)?(.*)$/.exec(at) ?? [];
    const label = index === undefined ? at : steps[Number(index)]?.label;
    return [label, field, message].filter(Boolean).join(': ');
  });
  const problem =
    error instanceof ApiRefused && error.code === 'validation_failed' && faults.length > 0
      ? faulty(path, faults).message
      : [error.message, ...faults.map((fault) => `  - ${plainText(fault)}`)].join('\n');
  const stays = before && before.done > 0 ? [say('of_were_done_before_and_stay', before)] : [];
  return new CliError([problem, ...stays].join('\n'), error.exitCode, { cause: error });
}
