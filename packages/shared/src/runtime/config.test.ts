import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commonSettings, readConfig } from './config.ts';

const schema = z.object(commonSettings);

describe('the address of the broker in the settings', () => {
  it.each([
    'nats://127.0.0.1:4222',
    'nats',
    'nats://a:4222, nats://b:4223',
    'nats://[::1]:4222',
    'nats://a%40b:%3A%2F@c',
  ])('%s is taken', (address) => {
    expect(readConfig(schema, { NATS_URL: address }).NATS_URL).toBe(address);
  });

  it.each([
    'nats://holdfast:s3cret/pw@127.0.0.1:4222',
    'nats://holdfast:s3cret#pw@127.0.0.1:4222',
    'nats://holdfast:s3cret%zz@127.0.0.1:4222',
    'nats://a:4222,,s3cret b',
  ])('that cannot be read is refused with what to do, and without its password', (address) => {
    const read = () => readConfig(schema, { NATS_URL: address });
    expect(read).toThrow(/NATS_URL: must be nats:/);
    expect(read).not.toThrow(/s3cret/);
  });
});
