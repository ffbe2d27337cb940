/** The steps of a JSON Pointer (RFC 6901), or undefined if it is none. */
export function pointerSteps(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value that is there, or undefined if there is none. */
export function valueAt(document: unknown, steps: readonly string[]): unknown {
  let value = document;
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (Array.isArray(value)) {
      if (!/^(0|[1-9][0-9]{0,9})$/.test(step)) return undefined;
      value = value[Number(step)];
    } else {
      const next: unknown = (value as Record<string, unknown>)[step];
      // Only objects and functions can be inherited. A plain value is not asked for, since asking takes most of the time.
      const isPlain = typeof next !== 'object' && typeof next !== 'function';
      if (!isPlain && !Object.hasOwn(value, step)) return undefined;
      value = next;
    }
  }
  return value;
}
