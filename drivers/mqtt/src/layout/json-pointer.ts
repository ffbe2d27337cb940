/** The steps of a JSON Pointer (RFC 6901); undefined when it is none. */
export function pointerSteps(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value that lies there; undefined where none does. */
export function valueAt(document: unknown, steps: readonly string[]): unknown {
  let found = document;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null) return undefined;
    if (Array.isArray(found)) {
      if (!/^(0|[1-9][0-9]{0,9})$/.test(step)) return undefined;
      found = found[Number(step)];
    } else if (Object.hasOwn(found, step)) found = (found as Record<string, unknown>)[step];
    else return undefined;
  }
  return found;
}
