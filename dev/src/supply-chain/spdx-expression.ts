/**
 * Whether a licence expression of SPDX ("MIT OR Apache-2.0", "(ISC AND BSD-3-Clause)") can be met with licences that
 * are allowed: OR needs one side, AND needs both. An id with an exception ("Apache-2.0 WITH LLVM-exception") is asked
 * for as a whole. Returns undefined when the text is no such expression.
 */
export function canBeMet(expression: string, isAllowed: (id: string) => boolean): boolean | undefined {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let next = 0;
  let isMalformed = false;

  // AND binds more tightly than OR.
  function alternatives(): boolean {
    let met = everything();
    while (tokens[next] === 'OR') {
      next += 1;
      // Not short-circuited: the rest of the text has to be read in any case.
      const other = everything();
      met = met || other;
    }
    return met;
  }

  function everything(): boolean {
    let met = one();
    while (tokens[next] === 'AND') {
      next += 1;
      const other = one();
      met = met && other;
    }
    return met;
  }

  function one(): boolean {
    if (tokens[next] === '(') {
      next += 1;
      const met = alternatives();
      if (tokens[next] !== ')') isMalformed = true;
      next += 1;
      return met;
    }
    const id = licenceId();
    if (tokens[next] !== 'WITH') return isAllowed(id);
    next += 1;
    return isAllowed(`${id} WITH ${licenceId()}`);
  }

  function licenceId(): string {
    const token = tokens[next] ?? '';
    next += 1;
    if (!/^[A-Za-z0-9][A-Za-z0-9.:-]*\+?$/.test(token) || ['AND', 'OR', 'WITH'].includes(token)) {
      isMalformed = true;
    }
    return token;
  }

  const met = alternatives();
  return isMalformed || next !== tokens.length ? undefined : met;
}
