import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import type { Input, Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Column } from '../output/table.ts';
import { say } from '../words/say.ts';

export const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const;

export interface Grant {
  readonly role: string;
  /** Undefined: everywhere. */
  readonly sites?: readonly string[] | undefined;
}

export const roleOption: Readonly<Record<'role', Option>> = {
  role: {
    type: 'string',
    value: 'ROLE',
    about: 'viewer_operator_engineer_administrator',
    multiple: true,
  },
};

/** @throws CliError for an unknown role */
export function grantsOf(input: Input): Grant[] {
  return input.texts('role').map((text) => {
    const [role = '', codes] = text.split(/@(.*)/s);
    if (!roles.some((each) => each === role)) {
      const about = { name: 'role', choices: roles.join(', '), value: role };
      throw new CliError(say('is_one', about), exitCodes.usage);
    }
    if (codes === undefined) return { role };
    const sites = codes.split(',');
    if (sites.includes('')) {
      throw new CliError(say('role_names_a_site_without', { text }), exitCodes.usage);
    }
    return { role, sites };
  });
}

/** Grants in the form that `--role` takes. */
export function grantsText({ grants }: Item): string {
  const listed = (Array.isArray(grants) ? grants : []) as { role: string; sites: string[] }[];
  return listed
    .map(({ role, sites }) => (sites.includes('*') ? role : `${role}@${sites.join(',')}`))
    .join(' ');
}

export const grantsColumn: Column<Item> = { head: 'head_roles', cell: grantsText };
