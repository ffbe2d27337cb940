import { askBroker } from '@holdfast/test/support/ask-broker.ts';
import { natsForTest } from '@holdfast/test/support/nats-for-test.ts';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { BrokerUnfit } from '../connection/broker-unfit.ts';
import { connectNats } from '../connection/connect.ts';
import { setCopies, setMaxBytes, streamStates, UpkeepRefused } from './stream-upkeep.ts';
import { ensureStreams, streamsOfHoldfast } from './streams.ts';

const log = createLogger('test', 'silent');
const settings = {
  sessionsMaxBytes: 2_097_152,
  samplesMaxBytes: 4_194_304,
  taskConfigsMaxBytes: 2_097_152,
  samplesMaxAgeHours: 1,
};

describe('a NATS that stands alone', () => {
  it('is refused at once when streams are to be on more nodes than one, with what to do', async () => {
    const { url } = await natsForTest();
    const { nc, close } = await connectNats({ url, name: 'test', log });
    const refused = await ensureStreams(nc, { ...settings, replicas: 3 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BrokerUnfit);
    expect((refused as Error).message).toMatch(
      /stream SESSIONS is to be kept on 3 nodes of NATS \(STREAM_REPLICAS\), and NATS at .* stands alone\. Set STREAM_REPLICAS=1/,
    );
    expect(await streamStates(nc)).toEqual([]);

    await ensureStreams(nc, { ...settings, replicas: 1 });
    await expect(setCopies(nc, 3, { withinMs: 1_000 })).rejects.toThrow(UpkeepRefused);
    await setCopies(nc, 1, { withinMs: 1_000 });
    const states = await streamStates(nc);
    expect(states.map(({ name }) => name)).toEqual(streamsOfHoldfast);
    expect(states.find(({ name }) => name === 'SAMPLES')).toEqual({
      ...{ name: 'SAMPLES', messages: 0, bytes: 0, maxBytes: 4_194_304 },
      ...{ copies: 1, copiesNow: 1, leader: 'holdfast' },
    });

    await askBroker(nc, 'samples.a.1.1', 'x'.repeat(3_000));
    expect(await setMaxBytes(nc, 'SAMPLES', 8_388_608)).toMatchObject({ maxBytes: 8_388_608, messages: 1 });
    await expect(setMaxBytes(nc, 'SAMPLES', 2_000)).rejects.toThrow(/holds \d+ bytes.*thrown away/);
    await expect(setMaxBytes(nc, 'OTHER', 8_000)).rejects.toThrow('there is no stream OTHER');
    // Services do this at their next start.
    await ensureStreams(nc, { ...settings, replicas: 1 });
    expect((await streamStates(nc)).find(({ name }) => name === 'SAMPLES')).toMatchObject({
      maxBytes: 8_388_608,
    });
    await close();
  });
});
