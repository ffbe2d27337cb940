import { useSearch } from '@tanstack/react-router';

export const peopleParts = ['users', 'keys', 'company'] as const;
export type PeoplePart = (typeof peopleParts)[number];

/** What the screen shows, as the address has it; parts that are left out have their defaults. */
export interface PeopleSearch {
  readonly show?: Exclude<PeoplePart, 'users'> | undefined;
  /** A part of a name, a login or a role. */
  readonly find?: string | undefined;
  /** Login or id of the user who is shown in detail. */
  readonly user?: string | undefined;
  /** Whether keys that are revoked or expired are shown, too. */
  readonly over?: true | undefined;
}

export function peopleSearch({ show, find, user, over }: Record<string, unknown>): PeopleSearch {
  return {
    show: show === 'keys' || show === 'company' ? show : undefined,
    find: textOf(find),
    user: textOf(user),
    over: over === true || undefined,
  };
}

function textOf(value: unknown): string | undefined {
  // The router reads `?user=7` as a number.
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= 200 ? text : undefined;
}

export function usePeopleSearch() {
  const { show = 'users', find = '', user, over = false } = useSearch({ from: '/people' });
  return { show, find, user, over };
}
