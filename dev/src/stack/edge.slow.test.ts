import { doubledTicks } from '@holdfast/test/support/doubled-ticks.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { expect, it } from 'vitest';
import {
  childrenOf,
  homeOfStack,
  ready,
  recordedIn,
  sampleSince,
  session,
  start,
  writeSetpoint,
} from './testing/stack-under-test.ts';

it('one process for all services keeps its session through a kill and an orderly end, and reads no tick twice', async () => {
  const home = await homeOfStack();
  const edge = () => start(home, {}, undefined, ['--edge']);
  const first = await edge();
  const facts = await ready(first);
  const before = await childrenOf(home);
  expect(Object.keys(before).sort()).toEqual(['edge', 'nats', 'postgres', 'simulator']);
  expect(await writeSetpoint(facts)).toMatchObject({ outcome: 'written' });

  process.kill(before.edge?.pid ?? 0, 'SIGKILL');
  const again = await eventually(
    async () => {
      const pid = (await childrenOf(home)).edge?.pid;
      return pid !== before.edge?.pid && pid;
    },
    { what: 'another process for all services' },
  );
  await sampleSince(facts, new Date());
  expect((await childrenOf(home)).edge?.pid).toBe(again);
  first.signal('SIGTERM');
  expect(await first.exited).toEqual({ code: 0, signal: null });

  const second = await edge();
  const startedAt = new Date();
  const afterwards = await ready(second);
  expect(afterwards.session_id).toBe(facts.session_id);
  expect(await session(afterwards)).toMatchObject({ status: 'running' });
  await sampleSince(afterwards, startedAt);
  await second.stop();
  const { types, samples } = await recordedIn(home);
  expect(new Set(types)).toEqual(new Set(['session.started', 'session.assigned']));
  expect(types.filter((type) => type === 'session.started')).toHaveLength(1);
  expect(doubledTicks(samples)).toEqual([]);
}, 240_000);
