import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { subjects } from '@holdfast/shared/contracts/subjects.ts';
import { jetStreamEpochs } from '@holdfast/shared/jetstream/sessions/logged-at.ts';
import { EpochClaims } from '@holdfast/shared/sessions/epoch-claims.ts';
import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { connectionForTest } from '@holdfast/test/support/connection-for-test.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import { sessionLogForTest } from '@holdfast/test/support/session-log.ts';
import { expect, it } from 'vitest';
import { jetStreamLiveSamples } from './jetstream-live-samples.ts';

const invented = 2_000;

it('a feed does not look up what one collector makes up, and sends what the others read', async () => {
  const server = await natsForTest();
  const { nc: own } = await sessionLogForTest(server.url);
  const nc = await connectionForTest(server.url);
  const sample = (collector: string, tick: number, epoch: number): Sample => ({
    ...{ v: 1, session: '1-1', epoch, collector, task: '1', device_id: '1', device: 'press-1' },
    ...{
      site: '',
      measurement: 'press-1',
      tick,
      period_ms: 1_000,
      time: 1_000 * tick,
      read_at: 1_000 * tick,
    },
    values: { count: tick },
  });
  const publish = (message: Sample) =>
    askBroker(
      own,
      subjects.sample(message.collector, message.task, message.device_id),
      encodeSample(message),
    );
  const [placedSample] = await new PlacedSamples(own).placed([sample('hall-2', 1, 1)]);
  if (!placedSample) throw new Error('no sample');
  for (let at = 0; at < invented; at += 1) await publish(sample('hall-1', at, 10_000 + at));
  await publish(placedSample);

  const feed = await jetStreamLiveSamples(() => nc, new EpochClaims(jetStreamEpochs(() => nc))).open({
    after: 0,
    taskId: undefined,
  });
  const before = await requestsTo(server.monitorUrl);
  const received: string[] = [];
  let messages = 0;
  for await (const { data } of feed) {
    messages += 1;
    if (data !== '') received.push(data);
    if (messages === invented + 1) break;
  }
  feed.stop();
  expect(received).toEqual([encodeSample(placedSample)]);
  expect((await requestsTo(server.monitorUrl)) - before).toBeLessThan(200);
});

/** How many requests JetStream has had. */
async function requestsTo(monitorUrl: string): Promise<number> {
  const { api } = (await (await fetch(`${monitorUrl}/jsz`)).json()) as { api: { total: number } };
  return api.total;
}
