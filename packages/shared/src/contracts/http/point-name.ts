/** A point, by its device's code and its own. */
export interface PointPlace {
  readonly device: string;
  readonly point: string;
}

/**
 * `DEVICE/POINT`: a point in one word, for addresses and queries. A slash within a code is written `~1` and a tilde `~0`, as JSON
 * pointers do (RFC 6901): codes may hold both.
 */
export function pointName({ device, point }: PointPlace): string {
  return `${escaped(device)}/${escaped(point)}`;
}

/** Undefined for what names no point. */
export function parsePointName(name: string): PointPlace | undefined {
  const [device, point, ...more] = name.split('/').map(unescaped);
  return device && point && more.length === 0 ? { device, point } : undefined;
}

function escaped(code: string): string {
  return code.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
