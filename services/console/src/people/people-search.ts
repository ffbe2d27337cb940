import { useSearch } from '@tanstack/react-router';

export const peopleParts = ['users', 'keys', 'company'] as const;
export type PeoplePart = (typeof peopleParts)[number];

/** What the screen shows, as the address has it; parts that are left out have their defaults. */
export interface PeopleSearch {
  readonly part?: Exclude<PeoplePart, 'users'> | undefined;
  /** A part of a name, a login or a role. */
  readonly find?: string | undefined;
  /** Login or id of the user who is shown in detail. */
  readonly user?: string | undefined;
  /** Whether keys that are revoked or expired are shown, too. */
  readonly over?: true | undefined;
}

export function peopleSearch({ part, find, user, over }: Record<string, unknown>): PeopleSearch {
  return {
    part: part === 'keys' || part === 'company' ? part : undefined,
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
  const { part, find = '', user, over = false } = useSearch({ from: '/people' });
  const shownPart: PeoplePart = part ?? 'users';
  return { part: shownPart, find, user, over };
}
