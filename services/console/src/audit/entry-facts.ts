import type { AuditView } from '@holdfast/shared/contracts/http/access-http.ts';
import { type KnownKind, kindWords, thingWords } from './action-words.ts';

type Thing = keyof typeof thingWords;

/** What an action was done to: named things, so many of a kind, or a text of another form. */
export type Target =
  | { readonly form: 'things'; readonly things: readonly { readonly thing: Thing; readonly name: string }[] }
  | { readonly form: 'many'; readonly kind: KnownKind; readonly count: number }
  | { readonly form: 'text'; readonly text: string };

/** Takes a target apart: `session 7-3`, `task 7, session 7-3`, `device press point setpoint`, `5 points`, `/api/config/keys`. */
export function targetOf({ target }: Pick<AuditView, 'target'>): Target {
  const [, count, many = ''] = /^(\d+) ([a-z_]+)s$/.exec(target) ?? [];
  if (count !== undefined && isKind(many)) return { form: 'many', kind: many, count: Number(count) };
  const [, task, session] = /^task (\S+), session (\S+)$/.exec(target) ?? [];
  if (task !== undefined && session !== undefined) return things(['task', task], ['session', session]);
  const [, device, point] = /^device (.+) point (.+)$/s.exec(target) ?? [];
  if (device !== undefined && point !== undefined) return things(['device', device], ['point', point]);
  const [, thing = '', name = ''] = /^([a-z_]+)(?: (.+))?$/s.exec(target) ?? [];
  return isThing(thing) ? things([thing, name]) : { form: 'text', text: target };
}

const things = (...all: readonly (readonly [Thing, string])[]): Target => ({
  form: 'things',
  things: all.map(([thing, name]) => ({ thing, name })),
});

const isKind = (text: string): text is KnownKind => Object.hasOwn(kindWords, text);
const isThing = (text: string): text is Thing => Object.hasOwn(thingWords, text);

/** The device of an entry: its id where the call named that, else its code. */
export function deviceOf({ data, target }: Pick<AuditView, 'data' | 'target'>): {
  readonly id?: number;
  readonly code?: string;
} {
  const [, id] = /^\/api\/config\/devices\/(\d+)(?:\/|$)/.exec(textIn(data, 'path')) ?? [];
  if (id !== undefined) return { id: Number(id) };
  // The service that stores learned limits names the device by its id, and no path.
  const isById = data !== undefined && data.path === undefined && data.change_set !== undefined;
  const parts = targetOf({ target });
  const name = parts.form === 'things' ? parts.things.find(({ thing }) => thing === 'device')?.name : '';
  if (!name) return {};
  return isById && /^\d+$/.test(name) ? { id: Number(name) } : { code: name };
}

export function sessionOf({ data, target }: Pick<AuditView, 'data' | 'target'>): string | undefined {
  const parts = targetOf({ target });
  const name =
    parts.form === 'things' ? parts.things.find(({ thing }) => thing === 'session')?.name : undefined;
  return name || textIn(data, 'session') || undefined;
}

/** Number of the change set that an action made. */
export function changeSetOf({ data }: Pick<AuditView, 'data'>): number | undefined {
  const id = data?.change_set;
  return typeof id === 'number' ? id : undefined;
}

/** The reason that the user gave, or empty. */
export function reasonOf({ data }: Pick<AuditView, 'data'>): string {
  return textIn(data, 'reason') || textIn(data?.body, 'reason') || textIn(data?.query, 'reason');
}

/** Whether the action was only tried out, and changed nothing. */
export function isDryRun({ data }: Pick<AuditView, 'data'>): boolean {
  return [fieldOf(data?.body, 'dry_run'), fieldOf(data?.query, 'dry_run')].some(
    (each) => each === true || each === 'true',
  );
}

/** How many more of the same an entry stands for, refused since its first. */
export function repeatsOf({ data }: Pick<AuditView, 'data'>): number {
  return typeof data?.count === 'number' ? data.count : 0;
}

/** The code of the problem with which the API refused, or undefined. */
export function problemOf({ detail, outcome }: Pick<AuditView, 'detail' | 'outcome'>): string | undefined {
  // By its text: an entry has the code of a problem there, or a sentence of a device.
  return outcome !== 'done' && /^[a-z]+(_[a-z]+)*$/.test(detail) ? detail : undefined;
}

/** What the log says about an outcome in sentences, which are English; empty where there is only a code or the reason. */
export function remarkOf(entry: Pick<AuditView, 'detail' | 'outcome' | 'data'>): string {
  return problemOf(entry) === undefined && entry.detail !== reasonOf(entry) ? entry.detail : '';
}

export interface WrittenValues {
  readonly before: string;
  readonly asked: string;
  readonly after: string;
}

/** The values of a write to a device; what is not known is empty. */
export function writtenOf({ action, data }: Pick<AuditView, 'action' | 'data'>): WrittenValues | undefined {
  if (action !== 'point.write' || data?.value === undefined) return undefined;
  const value = (of: unknown) => valueText(fieldOf(of, 'value'));
  return { before: value(data.before), asked: valueText(data.value), after: value(data.read_back) };
}

const valueText = (value: unknown) => (value === undefined || value === null ? '' : String(value));

function textIn(of: unknown, name: string): string {
  const value = fieldOf(of, name);
  return typeof value === 'string' ? value : '';
}

function fieldOf(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined;
}
