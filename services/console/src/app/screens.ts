import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { highestRole, isAtLeast, type Role, roleAt } from '../api/me.ts';

/**
 * The screens in the order of the navigation, by group; the first group has no title. Those with a role are for users who
 * have it at all sites, an engineer's for users who have it at any.
 */
export const screens = [
  { group: 'plant', to: '/', icon: 'overview', name: 'nav.overview' },
  { group: 'plant', to: '/sessions', icon: 'sessions', name: 'nav.sessions' },
  { group: 'plant', to: '/devices', icon: 'devices', name: 'nav.devices' },
  { group: 'plant', to: '/live', icon: 'live', name: 'nav.live' },
  { group: 'plant', to: '/trends', icon: 'trends', name: 'nav.trends' },
  { group: 'evidence', to: '/completeness', icon: 'completeness', name: 'nav.completeness' },
  { group: 'evidence', to: '/ownership', icon: 'ownership', name: 'nav.ownership' },
  { group: 'evidence', to: '/report', icon: 'report', name: 'nav.report' },
  { group: 'system', to: '/configuration', icon: 'configure', name: 'nav.configuration', role: 'engineer' },
  { group: 'system', to: '/changes', icon: 'changes', name: 'nav.changes' },
  { group: 'system', to: '/audit', icon: 'audit', name: 'nav.audit', role: 'administrator' },
  { group: 'system', to: '/people', icon: 'people', name: 'nav.people', role: 'administrator' },
  { group: 'system', to: '/collectors', icon: 'collectors', name: 'nav.collectors' },
  { group: 'system', to: '/stores', icon: 'stores', name: 'nav.stores' },
] as const;

export type Screen = (typeof screens)[number];

/** The role that decides whether a user may open the screen: most of a configuration belongs to one site. */
export const roleFor = (me: Me, screen: { readonly role: Role }): Role | undefined =>
  screen.role === 'engineer' ? highestRole(me) : roleAt(me, []);

/** Whether the navigation offers a screen to the user; the API checks each call again. */
export const mayOpen = (me: Me | undefined, screen: Screen): boolean =>
  me === undefined || !('role' in screen) || isAtLeast(roleFor(me, screen), screen.role);

export const screenGroups = ['plant', 'evidence', 'system'] as const;
