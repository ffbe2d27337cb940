/** `session.assigned`, without its prefix and suffix in the log. */
export function shortType(type: string): string {
  return /session\.[a-z]+/.exec(type)?.[0] ?? type;
}
