/** The exit codes, which are part of the interface: scripts branch on them. docs/reference/cli.md has the same table. */
export const exitCodes = {
  ok: 0,
  /** The API refused the request, or it did not succeed. */
  refused: 1,
  usage: 2,
  /** No answer, or the API cannot answer now (502, 503, 504): trying again may help. */
  unreachable: 3,
  /** No key, an unknown key, or a key whose role may not do this (401, 403). */
  notAllowed: 4,
} as const;

/** Exit codes of `check-recovery`, as monitors like Nagios read them. */
export const monitorCodes = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;
