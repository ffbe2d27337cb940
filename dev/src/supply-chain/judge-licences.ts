import type { InstalledPackage } from './installed-packages.ts';
import type { LicenceException } from './licence-policy.ts';

export interface LicencePolicy {
  readonly allowed: readonly string[];
  readonly exceptions: readonly LicenceException[];
}

export interface LicenceVerdict {
  /** One line for each package that may not be used. */
  readonly refused: readonly string[];
  readonly excepted: readonly { readonly of: InstalledPackage; readonly reason: string }[];
  /** Exceptions that no installed package needs; an exception for another platform's binary is no fault. */
  readonly unneeded: readonly LicenceException[];
}

export function judgeLicences(packages: readonly InstalledPackage[], policy: LicencePolicy): LicenceVerdict {
  const refused: string[] = [];
  const excepted: { of: InstalledPackage; reason: string }[] = [];
  const usedExceptions = new Set<LicenceException>();
  for (const each of packages) {
    const fault = faultOf(each, policy.allowed);
    if (fault === undefined) continue;
    const exception = policy.exceptions.find(
      ({ name, licence }) => licence === each.licence && matches(name, each.name),
    );
    if (exception === undefined) {
      refused.push(`${each.name} ${each.version}: ${fault}`);
      continue;
    }
    usedExceptions.add(exception);
    excepted.push({ of: each, reason: exception.reason });
  }
  return { refused, excepted, unneeded: policy.exceptions.filter((each) => !usedExceptions.has(each)) };
}

function faultOf({ licence }: InstalledPackage, allowed: readonly string[]): string | undefined {
  if (licence === undefined) return 'its package.json names no licence';
  switch (canBeMet(licence, (id) => allowed.includes(id))) {
    case true:
      return undefined;
    case false:
      return `${licence} is not allowed`;
    case undefined:
      return `"${licence}" is no licence expression of SPDX`;
  }
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

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
