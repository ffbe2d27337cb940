import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { consoleRoot } from '../api/api.ts';
import { auditSearch } from '../audit/audit-search.ts';
import { changesSearch } from '../changes/changes-search.ts';
import { collectorsSearch } from '../collectors/collectors-search.ts';
import { completenessSearch } from '../completeness/completeness-search.ts';
import { configurationSearch } from '../configuration/configuration-search.ts';
import { devicesSearch } from '../devices/device-search.ts';
import type { FirstRunSearch } from '../first-run/first-run-search.ts';
import { ownershipSearch } from '../ownership/ownership-search.ts';
import { peopleSearch } from '../people/people-search.ts';
import { reportSearch } from '../report/report-search.ts';
import { SessionsScreen } from '../sessions/sessions-screen.tsx';
import { sessionsSearch } from '../sessions/sessions-search.ts';
import { storesSearch } from '../stores/stores-search.ts';
import { timelineSearch } from '../timeline/timeline-search.ts';
import { trendsSearch } from '../trends/trends-search.ts';
import { valuesSearch } from '../values/values-search.ts';
import { FailedScreen, NoScreen, Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NoScreen });

const sessions = createRoute({
  getParentRoute: () => root,
  path: '/sessions',
  validateSearch: sessionsSearch,
  component: SessionsScreen,
});

const devices = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  validateSearch: devicesSearch,
  component: lazyRouteComponent(() => import('../devices/devices-screen.tsx')),
});

const device = createRoute({
  getParentRoute: () => devices,
  path: '/$device',
  component: lazyRouteComponent(() => import('../devices/detail/device-detail.tsx')),
});

const timeline = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$id/timeline',
  validateSearch: timelineSearch,
  component: lazyRouteComponent(() => import('../timeline/timeline-screen.tsx')),
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../overview/overview-screen.tsx')),
});

const changes = createRoute({
  getParentRoute: () => root,
  path: '/changes',
  validateSearch: changesSearch,
  component: lazyRouteComponent(() => import('../changes/changes-screen.tsx')),
});

const configuration = createRoute({
  getParentRoute: () => root,
  path: '/configuration',
  validateSearch: configurationSearch,
  component: lazyRouteComponent(() => import('../configuration/configuration-screen.tsx')),
});

const configuredDevices = createRoute({
  getParentRoute: () => configuration,
  path: '/devices',
  component: lazyRouteComponent(() => import('../configuration/devices/device-list.tsx')),
});

const configuredDevice = createRoute({
  getParentRoute: () => configuration,
  path: '/devices/$id',
  component: lazyRouteComponent(() => import('../configuration/devices/device-page.tsx')),
});

const configuredTasks = createRoute({
  getParentRoute: () => configuration,
  path: '/tasks',
  component: lazyRouteComponent(() => import('../configuration/tasks/task-list.tsx')),
});

const configuredTask = createRoute({
  getParentRoute: () => configuration,
  path: '/tasks/$id',
  component: lazyRouteComponent(() => import('../configuration/tasks/task-page.tsx')),
});

const configuredSites = createRoute({
  getParentRoute: () => configuration,
  path: '/sites',
  component: lazyRouteComponent(() => import('../configuration/sites/site-list.tsx')),
});

const configuredSite = createRoute({
  getParentRoute: () => configuration,
  path: '/sites/$id',
  component: lazyRouteComponent(() => import('../configuration/sites/site-page.tsx')),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../audit/audit-screen.tsx')),
});

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: peopleSearch,
  component: lazyRouteComponent(() => import('../people/people-screen.tsx')),
});

const collectors = createRoute({
  getParentRoute: () => root,
  path: '/collectors',
  validateSearch: collectorsSearch,
  component: lazyRouteComponent(() => import('../collectors/collectors-screen.tsx')),
});

const stores = createRoute({
  getParentRoute: () => root,
  path: '/stores',
  validateSearch: storesSearch,
  component: lazyRouteComponent(() => import('../stores/stores-screen.tsx')),
});

const completeness = createRoute({
  getParentRoute: () => root,
  path: '/completeness',
  validateSearch: completenessSearch,
  component: lazyRouteComponent(() => import('../completeness/completeness-screen.tsx')),
});

const ownership = createRoute({
  getParentRoute: () => root,
  path: '/ownership',
  validateSearch: ownershipSearch,
  component: lazyRouteComponent(() => import('../ownership/ownership-screen.tsx')),
});

const report = createRoute({
  getParentRoute: () => root,
  path: '/report',
  validateSearch: reportSearch,
  component: lazyRouteComponent(() => import('../report/report-screen.tsx')),
});

const firstRun = createRoute({
  getParentRoute: () => root,
  path: '/first-run',
  // The screen itself validates it, because none of the screen is loaded before it is opened.
  validateSearch: (search: Record<string, unknown>): FirstRunSearch => search,
  component: lazyRouteComponent(() => import('../first-run/first-run-screen.tsx')),
});

const live = createRoute({
  getParentRoute: () => root,
  path: '/live',
  validateSearch: valuesSearch,
  component: lazyRouteComponent(() => import('../values/live-screen.tsx')),
});

const trends = createRoute({
  getParentRoute: () => root,
  path: '/trends',
  validateSearch: trendsSearch,
  component: lazyRouteComponent(() => import('../trends/trends-screen.tsx')),
});

const problems = createRoute({
  getParentRoute: () => root,
  path: '/problems',
  validateSearch: ({ code }: Record<string, unknown>): { code?: string | undefined } => ({
    code: typeof code === 'string' ? code : undefined,
  }),
  component: lazyRouteComponent(() => import('../problems/problems-screen.tsx')),
});

const licences = createRoute({
  getParentRoute: () => root,
  path: '/licences',
  component: lazyRouteComponent(() => import('./licences-screen.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    sessions,
    timeline,
    devices.addChildren([device]),
    completeness,
    ownership,
    report,
    configuration.addChildren([
      configuredDevices,
      configuredDevice,
      configuredTasks,
      configuredTask,
      configuredSites,
      configuredSite,
    ]),
    changes,
    audit,
    people,
    collectors,
    stores,
    firstRun,
    live,
    trends,
    problems,
    licences,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: FailedScreen,
  basepath: consoleRoot.pathname.replace(/\/$/, ''),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
