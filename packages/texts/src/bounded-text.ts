import type { Param, Text, Words } from './text.ts';

/** Far more than any text of ours has: what exceeds it was not written by us. */
const bounds = { codeLength: 100, params: 16, listLength: 100, stringLength: 2_000, depth: 10, parts: 500 };

/** Whether a value from another process is a text that is small enough to be shown. Its code may be unknown. */
export function isText(value: unknown): value is Text {
  return isTextWithin(value, { parts: 0 }, 0);
}

export function isWords(value: unknown): value is Words {
  return typeof value === 'string' || isText(value);
}

interface Count {
  parts: number;
}

function isTextWithin(value: unknown, count: Count, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > bounds.depth) return false;
  const { code, params, ...others } = value as { readonly code?: unknown; readonly params?: unknown };
  if (Object.keys(others).length > 0) return false;
  if (typeof code !== 'string' || code.length > bounds.codeLength) return false;
  if (params === undefined) return true;
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return false;
  const all = Object.entries<unknown>({ ...params });
  return (
    all.length <= bounds.params &&
    all.every(([name, param]) => name.length <= bounds.codeLength && isParamWithin(param, count, depth + 1))
  );
}

function isParamWithin(param: unknown, count: Count, depth: number): boolean {
  count.parts += 1;
  if (count.parts > bounds.parts) return false;
  if (typeof param === 'string') return param.length <= bounds.stringLength;
  if (typeof param === 'number' || typeof param === 'boolean') return true;
  if (!Array.isArray(param)) return isTextWithin(param, count, depth);
  if (depth > bounds.depth || param.length > bounds.listLength) return false;
  return param.every((each) => isParamWithin(each, count, depth + 1));
}

/** The text so that `isText` accepts it elsewhere: long lists and long quotations are cut. */
export function boundedText(text: Text): Text {
  if (isText(text)) return text;
  return cutText(text, { parts: 0 }, 0);
}

function cutText({ code, params }: Text, count: Count, depth: number): Text {
  if (params === undefined) return { code };
  const all = Object.entries(params).map(([name, param]) => [name, cutParam(param, count, depth + 1)]);
  return { code, params: Object.fromEntries(all) as Record<string, Param> };
}

function cutParam(param: Param, count: Count, depth: number): Param {
  count.parts += 1;
  if (typeof param === 'string') {
    return param.length > bounds.stringLength ? `${param.slice(0, bounds.stringLength - 1)}…` : param;
  }
  if (typeof param !== 'object') return param;
  if (depth >= bounds.depth) return '…';
  if (!isList(param)) return cutText(param, count, depth);
  const list: Param[] = [];
  for (const each of param) {
    if (list.length === bounds.listLength - 1 || count.parts >= bounds.parts / 2) {
      list.push('…');
      break;
    }
    list.push(cutParam(each, count, depth + 1));
  }
  return list;
}

const isList = (param: Text | readonly Param[]): param is readonly Param[] => Array.isArray(param);

/** The words for a column or a field that holds a string: what someone else said as it is, a text as JSON. */
export function writtenWords(words: Words): string {
  return typeof words === 'string' ? words : JSON.stringify(boundedText(words));
}

/** The inverse of `writtenWords`. */
export function readWords(written: string): Words {
  if (!written.startsWith('{"code":')) return written;
  try {
    const value: unknown = JSON.parse(written);
    return isText(value) ? value : written;
  } catch {
    return written;
  }
}
