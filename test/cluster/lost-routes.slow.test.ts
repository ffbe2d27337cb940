import { it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { nodesToCut } from './nodes-to-cut.ts';

it('a node that is cut off and the others give up their connections to each other, long before a broker does by default', async () => {
  const cluster = await nodesToCut(3);
  /** How many other nodes each one counts as connected. */
  const connected = () =>
    Promise.all(
      cluster.nodes.map(async ({ monitorUrl }) => {
        const { routes } = (await (await fetch(`${monitorUrl}/routez`)).json()) as {
          routes: { remote_id: string }[];
        };
        return new Set(routes.map((route) => route.remote_id)).size;
      }),
    );
  const until = (expected: readonly number[], what: string, timeoutMs?: number) =>
    eventually(async () => (await connected()).join() === expected.join(), {
      ...{ what, intervalMs: 100 },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  await until([2, 2, 2], 'all nodes to be connected');
  cluster.cut(0);
  // A broker takes 60 to 90 s by default.
  await until([0, 1, 1], 'the cut to be noticed', 45_000);
  await cluster.heal();
  await until([2, 2, 2], 'all nodes to be connected again');
});
