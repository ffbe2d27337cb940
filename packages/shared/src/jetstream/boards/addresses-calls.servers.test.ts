import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { startTcpProxy } from '@holdfast/test/support/tcp-proxy.ts';
import { expect, it } from 'vitest';
import { subjects } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { pause, systemTimers } from '../../runtime/timers.ts';
import { BrokerAnswers } from '../connection/broker-answers.ts';
import { connectNats } from '../connection/connect.ts';
import { callForAddresses, serveAddressesCalls } from './addresses-calls.ts';

const log = createLogger('test', 'silent');

async function connect(url: string, name: string) {
  const { nc, close } = await connectNats({ url, name, log });
  cleanUpAfterFile(close);
  return nc;
}

it('a collector tells supervisors alone the addresses of endpoints, however many they ask for', async () => {
  const { url } = await natsForTest();
  const [collector, supervisor, other] = await Promise.all(
    ['collector-c1', 'supervisor-1', 'collector-c2'].map((name) => connect(url, name)),
  );
  if (!collector || !supervisor || !other) throw new Error('three connections');
  const endpoints = Array.from({ length: 450 }, (_, index) => `plc-${index}:502`);
  await expect(callForAddresses(supervisor, 'c1', endpoints)).rejects.toThrow();
  const questions: string[] = [];
  serveAddressesCalls({
    ...{ nc: collector, collectorId: 'c1', log },
    answer: async (some) => {
      questions.push(...some);
      return Object.fromEntries(some.map((endpoint) => [endpoint, [`10.0.0.5:${endpoint.length}`]]));
    },
  });
  await collector.flush();
  const answered = await callForAddresses(supervisor, 'c1', endpoints);
  expect(Object.keys(answered)).toEqual(endpoints);
  questions.length = 0;
  const call = JSON.stringify({ v: 1, endpoints: ['plc:502'] });
  other.publish(subjects.addressesCall('c1'), call, { reply: subjects.lifecycle('7') });
  other.publish(subjects.addressesCall('c1'), 'no call', { reply: '_INBOX.supervisor.x' });
  await other.flush();
  expect(await callForAddresses(supervisor, 'c1', ['last:502'])).toEqual({ 'last:502': ['10.0.0.5:8'] });
  expect(questions).toEqual(['last:502']);
});

it('over a slow link, the addresses are waited for as long as answers take', async () => {
  const { url, port } = await natsForTest();
  const proxy = await startTcpProxy({ targetPort: port });
  const collector = await connect(url, 'collector-c1');
  const api = await connect(`nats://127.0.0.1:${proxy.port}`, 'api');
  serveAddressesCalls({
    ...{ nc: collector, collectorId: 'c1', log },
    answer: async () => {
      await pause(systemTimers, 1_000);
      return { 'plc:502': ['10.0.0.5:502'] };
    },
  });
  await collector.flush();
  proxy.delay(900);
  await BrokerAnswers.of(api).timed('read', () => api.flush());
  expect(await callForAddresses(api, 'c1', ['plc:502'])).toEqual({ 'plc:502': ['10.0.0.5:502'] });
});
