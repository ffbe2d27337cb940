import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import type { ProgressLine } from '@holdfast/shared/runtime/progress-line.ts';
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
import { itemsByKey, type Plan, planOf, type Step } from '../configuration-plan.ts';
import { exitCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import type { Printer } from '../output/printer.ts';
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
      const plan = planOf(file, await whatIsThere(api, file));
      const about = { api, file, path, plan, reason: input.text('reason') ?? `import ${path}` };
      const parts = partsOf(plan);
      const query = applyOf(input);
      const isDry = input.has('dry-run');
      // Sessions take up the change once, with everything in the file.
      const queryOfPart = parts.length === 1 ? query : { apply: undefined };
      // A single set is judged as it is made.
      const isTried = isDry || parts.length > 1 || plan.faults.length > 0 || query.apply !== undefined;
      const tried = isTried ? await tryParts(about, parts, isDry ? queryOfPart : { apply: undefined }) : [];
      const expected = doneOf(plan, tried);
      if (isDry) {
        const [{ applied } = {}] = tried;
        noteWarnings(print, tried);
        print.report(
          applied ? { ...expected, applied } : expected,
          say('would_be', { what: sentenceOf(expected) }),
        );
        if (parts.length > 1 && query.apply)
          print.note(
            say('which_sessions_would_go', {
              count: thingsAtOnce,
            }),
          );
        return noteApplied(print, { applied });
      }
      const isDone = isTried && expected.created + expected.changed === 0;
      const progress = print.progress('import');
      const answers = isDone ? tried : await makeParts(about, parts, { query: queryOfPart, progress });
      const done = doneOf(plan, answers);
      noteWarnings(print, answers);
      const [{ applied = [] } = {}] =
        query.apply && (isDone || parts.length > 1) ? [await applyAll(about, { query, done })] : answers;
      print.report(query.apply ? { ...done, applied } : done, sentenceOf(done));
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

function faulty(path: string, faults: readonly string[], more = 0): CliError {
  const file = nameOfInput(path);
  const count = faults.length + more;
  const first =
    count === 1
      ? say('nothing_was_changed_has_a_fault', { file })
      : say('nothing_was_changed_has_faults', { file, count });
  const lines = faults.map((fault) => `  - ${plainText(fault)}`);
  const last = more > 0 ? [say('and_more_faults', { more })] : [];
  return new CliError([first, ...lines, ...last].join('\n'), exitCodes.refused);
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

/** What comes of a plan by the answers to its parts. */
function doneOf({ steps }: Plan, answers: readonly Item[]): Done {
  const created = steps.filter(({ action }) => action === 'create').length;
  const same = steps.filter(({ action }) => action === 'none').length;
  const unchanged = answers.reduce((sum, answer) => sum + Number(answer.unchanged ?? 0), same);
  return { created, changed: steps.length - created - unchanged, unchanged };
}

const sentenceOf = ({ created, changed, unchanged }: Done) =>
  say('made_changed_as_they_were', { created, changed, unchanged });

/** Steps that become one change set. */
type Part = readonly Step[];

function partsOf({ steps }: Plan): Part[] {
  const changes = steps.filter(({ action }) => action !== 'none');
  return Array.from({ length: Math.ceil(changes.length / thingsAtOnce) }, (_, index) =>
    changes.slice(index * thingsAtOnce, (index + 1) * thingsAtOnce),
  );
}

interface Import {
  readonly api: ApiClient;
  readonly file: ReadConfiguration;
  readonly path: string;
  readonly plan: Plan;
  readonly reason: string;
}
type Query = ReturnType<typeof applyOf>;

/** Dry runs of all parts. @throws CliError with everything that is wrong with the file */
async function tryParts({ path, plan, ...about }: Import, parts: readonly Part[], query: Query) {
  const faults = [...plan.faults];
  const answers: Item[] = [];
  let more = 0;
  for (const part of parts) {
    const steps = withNewThings(part, plan);
    try {
      answers.push(await send(about, steps, { there: plan.there, query, isTry: true }));
    } catch (error) {
      if (!(error instanceof ApiRefused)) throw error;
      if (faults.length === 0 && error.code !== 'validation_failed') throw refused(error, path, steps);
      faults.push(...located(error.problem.errors, steps));
      more += moreErrors(error);
    }
  }
  if (faults.length > 0) throw faulty(path, [...new Set(faults)], more);
  return answers;
}

/** Makes the parts one after the other. @throws CliError */
async function makeParts(
  { path, plan, ...about }: Import,
  parts: readonly Part[],
  { query, progress }: { readonly query: Query; readonly progress: ProgressLine },
): Promise<Item[]> {
  const stepCount = parts.flat().length;
  const answers: Item[] = [];
  let done = 0;
  try {
    for (const steps of parts) {
      progress.at(done, stepCount);
      // The things made so far have ids by now.
      const there = done === 0 ? plan.there : itemsByKey(await whatIsThere(about.api, about.file));
      answers.push(
        await send(about, steps, { there, query, isTry: false }).catch((error: unknown) => {
          if (!(error instanceof CliError)) throw error;
          const refusal = error instanceof ApiRefused ? refused(error, path, steps) : error;
          if (done === 0) throw refusal;
          const stays = say('of_were_done_before_and_stay', { done, wanted: stepCount });
          throw new CliError([refusal.message, stays].join('\n'), refusal.exitCode, { cause: error });
        }),
      );
      done += steps.length;
    }
  } finally {
    progress.end();
  }
  return answers;
}

/** A part with the new things that it refers to, directly or not, so that it can be judged on its own. */
function withNewThings(part: Part, { steps }: Plan): Part {
  const newThings = new Map(
    steps.filter(({ action }) => action === 'create').map((step) => [step.key, step]),
  );
  const whole = new Set(part);
  // A set goes on to what is added on the way.
  for (const { bodyOf } of whole) {
    bodyOf((key) => {
      const thing = newThings.get(key);
      if (thing) whole.add(thing);
      return undefined;
    });
  }
  return [...whole];
}

/** Makes one change set, or tries it. */
async function send(
  { api, reason }: Pick<Import, 'api' | 'reason'>,
  steps: Part,
  { there, query, isTry }: { readonly there: Plan['there']; readonly query: Query; readonly isTry: boolean },
): Promise<Item> {
  const standIns = new Map(steps.map(({ key }, index) => [key, -1 - index]));
  const idOf = (key: string) => there.get(key)?.id ?? standIns.get(key);
  const items = steps.map(({ kind, key, action, bodyOf }) => ({
    ...{ op: action, kind, id: action === 'create' ? standIns.get(key) : idOf(key) },
    fields: bodyOf(idOf),
  }));
  const body = { items, kind: 'import', reason, dry_run: isTry };
  const answer = await api.changeAll('POST', '/api/config/change-sets/', body, query);
  return { ...answer, warnings: located(answer.warnings, steps) };
}

/** Fields that have another name in a file. */
const namesInFile: Readonly<Record<string, string>> = {
  site_id: 'site',
  device_ids: 'devices',
  point_ids: 'points',
};

/** Faults or warnings of a change set, with the names that the file has: `device press-1: host: is required`. */
function located(faults: unknown, steps: Part): string[] {
  return records(faults).map(({ path, message }) => {
    const [, index, field = ''] = /^items\.(\d+)\.?(?:fields\.?)?(.*)$/.exec(String(path)) ?? [];
    const label = index === undefined ? path : steps[Number(index)]?.label;
    return [label, namesInFile[field] ?? field, message].filter(Boolean).join(': ');
  });
}

const moreErrors = ({ problem }: ApiRefused) => Number(problem.more_errors ?? 0);

function refused(error: ApiRefused, path: string, steps: Part): CliError {
  const faults = located(error.problem.errors, steps);
  if (faults.length === 0) return error;
  const { message } = faulty(path, faults, moreErrors(error));
  const detail = error.code === 'validation_failed' ? '' : plainText(String(error.problem.detail ?? ''));
  const lines = [message, detail].filter((line) => line !== '');
  return new CliError(lines.join('\n'), error.exitCode, { cause: error });
}

/** Notes what was accepted and looks like a mistake. */
function noteWarnings(print: Printer, answers: readonly Item[]): void {
  for (const warning of new Set(answers.flatMap(({ warnings }) => warnings)))
    print.note(say('warning', { warning: plainText(String(warning)) }));
}

/** A change set that names everything in the file without changing it: sessions that read any of it go on by it. */
async function applyAll(
  { api, file, reason }: Import,
  { query, done }: { readonly query: Query; readonly done: Done },
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
    throw new CliError([sentenceOf(done), error.message].join('\n'), error.exitCode, { cause: error });
  }
}
