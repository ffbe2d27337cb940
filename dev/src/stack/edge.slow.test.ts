import { doubledTicks } from '@holdfast/test/support/doubled-ticks.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { expect, it } from 'vitest';
import {
  childrenOf,
  homeOfStack,
  placedSession,
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
  const placed = await placedSession(facts);

  process.kill(before.edge?.pid ?? 0, 'SIGKILL');
  const killedAt = new Date();
  await eventually(async () => ((await placedSession(facts))?.epoch ?? 0) > (placed?.epoch ?? 0), {
    what: 'the session to be placed again',
  });
  await sampleSince(facts, killedAt);
  expect((await childrenOf(home)).edge?.pid).not.toBe(before.edge?.pid);
  first.signal('SIGTERM');
  expect(await first.exited).toEqual({ code: 0, signal: null });

  const second = await edge();
  const startedAt = new Date();
  const again = await ready(second);
  expect(again.session_id).toBe(facts.session_id);
  expect(await session(again)).toMatchObject({ status: 'running' });
  await sampleSince(again, startedAt);
  await second.stop();
  const { types, samples } = await recordedIn(home);
  expect(new Set(types)).toEqual(new Set(['session.started', 'session.assigned']));
  expect(types.filter((type) => type === 'session.started')).toHaveLength(1);
  expect(doubledTicks(samples)).toEqual([]);
}, 240_000);
