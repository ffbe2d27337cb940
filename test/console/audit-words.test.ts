import { expect, it } from 'vitest';
import { pageRoutes } from '../../services/api/src/pages/page-routes.ts';
import { allRoutes, unused } from '../../services/api/testing/all-routes.ts';
import { knownActions, knownKinds } from '../../services/console/src/audit/action-words.ts';

it('the audit trail has words for each action of the API, and its kind', () => {
  const actions = [...allRoutes, ...pageRoutes(unused as Parameters<typeof pageRoutes>[0])].flatMap(
    ({ action }) => action ?? [],
  );
  expect(actions.length).toBeGreaterThan(50);
  expect(actions.filter((each) => !(knownActions as readonly string[]).includes(each))).toEqual([]);
  expect(knownActions.filter((each) => !knownKinds.some((kind) => each.startsWith(`${kind}.`)))).toEqual([]);
});
