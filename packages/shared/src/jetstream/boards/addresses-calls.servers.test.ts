import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { expect, it } from 'vitest';
import { subjects } from '../../contracts/subjects.ts';
import { createLogger } from '../../runtime/logger.ts';
import { connectNats } from '../connection/connect.ts';
import { callForAddresses, serveAddressesCalls } from './addresses-calls.ts';

const log = createLogger('test', 'silent');

it('a collector tells supervisors alone the addresses of endpoints, however many they ask for', async () => {
  const { url } = await natsForTest();
  const connect = async (name: string) => {
    const { nc } = await connectNats({ url, name, log });
    cleanUpAfterFile(() => nc.close());
    return nc;
  };
  const [collector, supervisor, other] = await Promise.all(
    ['collector-c1', 'supervisor-1', 'collector-c2'].map(connect),
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
