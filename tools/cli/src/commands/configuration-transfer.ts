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
import type { IdOf, Plan, Step } from '../configuration-plan.ts';
import { exitCodes } from '../exit-codes.ts';
import { plainText } from '../output/plain-text.ts';
import { records } from '../output/values.ts';
import { say } from '../words/say.ts';
import { yamlContent } from '../yaml-content.ts';

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
      'Brings in what export wrote: what is not there is made, what has the same code is changed, nothing is deleted. FILE - is standard input.',
    operands: [{ name: 'FILE' }],
    options: {
      'dry-run': { type: 'boolean', about: 'only check it and say what would be done' },
      reason: { type: 'string', value: 'TEXT', about: 'kept in the change set' },
    },
    async run({ api, print }, input) {
      const path = input.operands[0] ?? '';
      const file = await readFileOf(path);
      // Its schemas take a while to load, for which the other commands need not wait.
      const { planOf } = await import('../configuration-plan.ts');
      const plan = planOf(file, await whatIsThere(api, file));
      if (plan.faults.length > 0) throw faulty(path, plan.faults);
      for (const warning of plan.warnings)
        print.note(say('Warning: {{warning}}', { warning: plainText(warning) }));
      if (input.has('dry-run')) {
        const would = countOf(plan.steps);
        print.said(would, say('Would be: {{what}}', { what: sentenceOf(would) }));
        return;
      }
      const progress = print.progress('import');
      const reason = input.text('reason') ?? `import ${path}`;
      const done = await carryOut(api, plan, reason, (step) => progress.at(step, plan.steps.length)).finally(
        () => progress.end(),
      );
      print.said(done, sentenceOf(done));
    },
  },
];

const nameOfInput = (path: string) => (path === '-' ? say('standard input') : path);

async function readFileOf(path: string): Promise<ReadConfiguration> {
  try {
    const content = utf8Text(path === '-' ? await buffer(process.stdin) : await readFile(path));
    if (content === undefined) {
      throw new Error(say('it is not in UTF-8. Save it as UTF-8 (one in GBK: iconv -f GBK -t UTF-8)'));
    }
    return readConfigurationFile(yamlContent(content));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const about = { file: nameOfInput(path), why: (error as Error).message };
    throw new CliError(say('Cannot read {{file}}: {{why}}', about), exitCodes.refused, { cause: error });
  }
}

function faulty(path: string, faults: readonly string[]): CliError {
  const about = { file: nameOfInput(path), count: faults.length };
  const first =
    faults.length === 1
      ? say('Nothing was changed: {{file}} has a fault.', about)
      : say('Nothing was changed: {{file}} has {{count}} faults.', about);
  const lines = faults.map((fault) => `  - ${plainText(fault)}`);
  return new CliError([first, ...lines].join('\n'), exitCodes.refused);
}

/** As far as the file speaks of it. */
async function whatIsThere(api: ApiClient, file: ReadConfiguration): Promise<Everything> {
  const list = (kind: string, query = {}) => api.list(`/api/config/${kind}/`, query, all);
  const [sites, devices, tasks] = [await list('sites'), await list('devices'), await list('tasks')];
  const named = new Set([
    ...file.devices.map(({ code }) => code),
    ...file.tasks.flatMap((task) => records(task.points).map(({ device }) => device)),
  ]);
  const points: Item[] = [];
  for (const { id, code } of devices) {
    if (named.has(code)) points.push(...(await list('points', { device_id: id as number })));
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
  say('{{created}} made, {{changed}} changed, {{unchanged}} as they were.', { created, changed, unchanged });

/** One by one, new points of a device many at once; where it breaks off it can be repeated. */
async function carryOut(
  api: ApiClient,
  plan: Plan,
  reason: string,
  onDone: (steps: number) => void,
): Promise<Done> {
  const ids = new Map(plan.ids);
  const idOf: IdOf = (key) => ids.get(key);
  let done = 0;
  for (const batch of batchesOf(plan.steps)) {
    const [first] = batch;
    if (!first) continue;
    onDone(done);
    const path = `/api/config/${first.kind}s/`;
    const wanted = batch.map((step) => step.wanted(idOf));
    try {
      if (first.action === 'change') await api.patch(`${path}${first.id}/`, wanted[0], { reason });
      else if (first.action === 'create') {
        const answer = await api.post<Item | Item[]>(path, first.kind === 'point' ? wanted : wanted[0], {
          reason,
        });
        const made = new Map([answer].flat().map(({ code, id }) => [code, id]));
        for (const [index, { key }] of batch.entries()) ids.set(key, made.get(wanted[index]?.code));
      }
    } catch (error) {
      if (error instanceof CliError) throw brokenOff(error, batch, done, plan.steps.length);
      throw error;
    }
    done += batch.length;
  }
  return countOf(plan.steps);
}

function* batchesOf(steps: readonly Step[]): Iterable<readonly Step[]> {
  let batch: Step[] = [];
  for (const step of steps) {
    const isFreshPoint = step.kind === 'point' && step.action === 'create';
    if (isFreshPoint && batch.length < pointsAtOnce) {
      batch.push(step);
      continue;
    }
    yield batch;
    batch = isFreshPoint ? [step] : [];
    if (!isFreshPoint) yield [step];
  }
  yield batch;
}

function brokenOff(error: CliError, batch: readonly Step[], done: number, all: number): CliError {
  const [first] = batch;
  const labels =
    batch.length > 1
      ? say('{{first}} and {{more}} more', { first: first?.label, more: batch.length - 1 })
      : first?.label;
  const lines = [`${labels}: ${error.message}`];
  for (const { path, message } of error instanceof ApiRefused ? error.errors : []) {
    const [, index, field] = /^(\d+)\.?(.*)$/.exec(path) ?? [];
    const at = index === undefined ? undefined : batch[Number(index)];
    if (at && first?.kind === 'point') {
      lines.push(`  - ${plainText([at.label, field, message].filter(Boolean).join(': '))}`);
    }
  }
  lines.push(
    say(
      '{{done}} of {{all}} were done before, and stay. Import the file again once this is repaired: what is done is not done twice.',
      { done, all },
    ),
  );
  return new CliError(lines.join('\n'), error.exitCode, { cause: error });
}
