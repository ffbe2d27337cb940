/** A name or an address alone. An IPv6 address has at least two colons; `host:port` has one. */
export const hostPattern = '^(?:[^\\s/[\\]:]*|[^\\s/[\\]:]*:[^\\s/[\\]:]*:[^\\s/[\\]]*)$';

/** Why a text is not a host, in words for its author; undefined where it may be one. */
export function hostProblem(host: string): string | undefined {
  return new RegExp(hostPattern).test(host)
    ? undefined
    : 'must be a name or an address alone, such as 192.168.1.20: without "http://" and brackets, and the port has a field of its own';
}
