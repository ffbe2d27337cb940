import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { consoleRoot } from '../api/api.ts';
import { collectorsSearch } from '../collectors/collectors-search.ts';
import { devicesSearch } from '../devices/device-search.ts';
import { SessionsScreen } from '../sessions/sessions-screen.tsx';
import { sessionsSearch } from '../sessions/sessions-search.ts';
import { storesSearch } from '../stores/stores-search.ts';
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

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../overview/overview-screen.tsx')),
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

const licences = createRoute({
  getParentRoute: () => root,
  path: '/licences',
  component: lazyRouteComponent(() => import('./licences-screen.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    sessions,
    devices.addChildren([device]),
    collectors,
    stores,
    live,
    trends,
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
