import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { consoleRoot } from '../api/api.ts';
import { devicesSearch } from '../devices/device-search.ts';
import { SessionsScreen } from '../sessions/sessions-screen.tsx';
import { sessionsSearch } from '../sessions/sessions-search.ts';
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

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/sessions', replace: true });
  },
});

const licences = createRoute({
  getParentRoute: () => root,
  path: '/licences',
  component: lazyRouteComponent(() => import('./licences-screen.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([start, sessions, devices.addChildren([device]), licences]),
  defaultPreload: 'intent',
  defaultErrorComponent: FailedScreen,
  basepath: consoleRoot.pathname.replace(/\/$/, ''),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
