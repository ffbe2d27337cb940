import { readSampleBacklog } from '@holdfast/shared/jetstream/samples/sample-backlog.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { expect, it } from 'vitest';
import { jetStreamSettledSamples } from './jetstream-settled-samples.ts';

it('a broker that hangs is not waited for: what it said last counts, and the answer says that it was not asked', async () => {
  const nats = await natsForTest();
  await sessionLogForTest(nats.url);
  const proxy = await startTcpProxy({ targetPort: Number(new URL(nats.url).port) });
  const nc = await connectionForTest(`nats://127.0.0.1:${proxy.port}`);
  const settled = jetStreamSettledSamples(() => nc);
  const first = await settled.now();
  expect(first).toEqual({ beforeMs: expect.any(Number), wasAsked: true });
  expect(first.beforeMs).toBeGreaterThan(0);

  proxy.stall();
  let isOver = false;
  const question = readSampleBacklog(nc).then(
    () => undefined,
    () => {
      isOver = true;
    },
  );
  const then = await eventually(
    async () => {
      const now = await settled.now();
      return now.wasAsked ? undefined : now;
    },
    { what: 'it to ask again' },
  );
  expect(then.beforeMs).toBe(first.beforeMs);
  // The first question is still open.
  expect(isOver).toBe(false);
  await question;
  await proxy.heal();
});
