import type { InstalledPackage } from './installed-packages.ts';
import type { LicenceException } from './licence-policy.ts';
import { canBeMet } from './spdx-expression.ts';

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
  const needed = new Set<LicenceException>();
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
    needed.add(exception);
    excepted.push({ of: each, reason: exception.reason });
  }
  return { refused, excepted, unneeded: policy.exceptions.filter((each) => !needed.has(each)) };
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
