import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commonSettings, readConfig, setting } from './config.ts';

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

describe('wrong settings', () => {
  const several = z.object({
    PORT: setting.port(),
    COUNT: setting.integer(1, 32),
    SIZE: setting.integer(1_024, Number.MAX_SAFE_INTEGER),
    LEVEL: setting.logLevel(),
    KIND: setting.oneOf(['postgres', 'influx']),
    NAMES: setting.list().pipe(z.array(setting.oneOf(['a', 'b']))),
    SOME_TOKEN: setting.integer(0, 1),
    ADDRESS: setting.integer(0, 1),
    SECRET_OF_A_FILE: setting.integer(0, 1),
    NEEDED: z.string({ error: 'is needed' }),
  });
  const read = () =>
    readConfig(several, {
      ...{ PORT: 'abc', COUNT: '-1.5', SIZE: '12', LEVEL: 'loud', KIND: 'oracle', NAMES: 'a,x' },
      ...{ SOME_TOKEN: 's3cret', ADDRESS: 'user:s3cret@host', SECRET_OF_A_FILE_FILE: import.meta.filename },
    });

  it('are reported in a line each: the name, what is allowed, and what was given unless it may be a secret', () => {
    expect(read).toThrow(
      [
        'The settings are not usable:',
        '  - PORT: must be a whole number from 0 to 65535 (given: "abc")',
        '  - COUNT: must be a whole number from 1 to 32 (given: "-1.5")',
        '  - SIZE: must be a whole number of 1024 or more (given: "12")',
        '  - LEVEL: must be trace, debug, info, warn, error or fatal (given: "loud")',
        '  - KIND: must be postgres or influx (given: "oracle")',
        '  - NAMES: must be a or b (given: "a,x")',
        '  - SOME_TOKEN: must be a whole number from 0 to 1 (what is given is not shown)',
        '  - ADDRESS: must be a whole number from 0 to 1 (what is given is not shown)',
        `  - SECRET_OF_A_FILE: must be a whole number from 0 to 1 (given by SECRET_OF_A_FILE_FILE: what ${import.meta.filename} holds)`,
        '  - NEEDED: is needed',
      ].join('\n'),
    );
  });

  it('that are long or of several lines take no more than a part of one', () => {
    const long = () => readConfig(several.pick({ PORT: true }), { PORT: `1\n${'2'.repeat(10_000)}` });
    expect(long).toThrow(`(given: "1\\n${'2'.repeat(78)}…")`);
  });
});
