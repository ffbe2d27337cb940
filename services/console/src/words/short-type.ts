/** `session.assigned`, whatever stands before and behind it in the log. */
export function shortType(type: string): string {
  return /session\.[a-z]+/.exec(type)?.[0] ?? type;
}
