import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { describe, expect, it } from 'vitest';
import { onceClusterFormed } from './cluster-forming.ts';

function connectionTo(cluster: string | undefined): NatsConnection {
  return { info: { cluster }, isClosed: () => false } as unknown as NatsConnection;
}

/** Fails once with the code. */
function failingOnce(code: number) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls === 1)
      throw new JetStreamApiError({ code: 404, err_code: code, description: 'stream not found' });
    return calls;
  };
}

describe('a cluster that forms', () => {
  it.each([
    ['has no leader', 10008],
    ['does not know yet of a stream that another service has made', JetStreamApiCodes.StreamNotFound],
  ])('is asked again while a node %s', async (_, code) => {
    expect(await onceClusterFormed(connectionTo('plant'), failingOnce(code))).toBe(2);
  });

  it('is not asked again after any other refusal, and a server that stands alone after none', async () => {
    const work = failingOnce(10058);
    await expect(onceClusterFormed(connectionTo('plant'), work)).rejects.toThrow('stream not found');
    const missing = failingOnce(JetStreamApiCodes.StreamNotFound);
    await expect(onceClusterFormed(connectionTo(undefined), missing)).rejects.toThrow('stream not found');
  });
});
