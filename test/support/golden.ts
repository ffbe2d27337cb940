import { expect } from 'vitest';

/** What differs from run to run. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b(hf[a-z]?_)[\w-]{8,}/g, '$1<secret>'],
  [/127\.0\.0\.1:\d{4,5}/g, '127.0.0.1:<port>'],
  [/\/[\w./-]*\/holdfast-test-run-[\w-]+\/(\w+)-\w{6}(?=\/)/g, '<$1>'],
  [/(?<= )(\d+m )?\d+s(?= )/g, '<age>'],
  [/(?<= )(\d+ 分 ?)?\d+ 秒(?= )/g, '<age>'],
  [/("instance": ?")[^"]+/g, '$1<request>'],
  // The width of a column follows from what differs.
  [/(?<=\S) {2,}(?=\S)/g, '  '],
  [/ +$/gm, ''],
];

/**
 * Compares a text as a whole with `golden/<name>.txt` next to the test file, but for what differs from run to run.
 * `vitest run -u <file>` writes the text that comes now: read the difference before you commit it.
 */
export async function expectGolden(name: string, text: string): Promise<void> {
  const steady = volatile.reduce((all, [what, by]) => all.replace(what, by), text);
  await expect(`${steady.trimEnd()}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
}

/** JSON whose parts stand on one line where they fit. */
export function formatJson(value: unknown, indent = ''): string {
  const line = JSON.stringify(value) ?? '';
  if (line.length + indent.length <= 120 || typeof value !== 'object' || value === null) return line;
  const further = `${indent} `;
  const lines = Array.isArray(value)
    ? value.map((each) => formatJson(each, further))
    : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${formatJson(each, further)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${further}${lines.join(`,\n${further}`)}\n${indent}${close}`;
}
