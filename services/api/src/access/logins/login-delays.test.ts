import { describe, expect, it } from 'vitest';
import { LoginDelays, networkOf } from './login-delays.ts';

function delaysAt() {
  let now = 1_000_000;
  const delays = new LoginDelays(() => now);
  return {
    delays,
    pass: (ms: number) => {
      now += ms;
    },
    /** ms to wait, or 0 if the try was looked at. */
    fail: (login: string, address: string): number => {
      const begun = delays.begin(login, address);
      if (typeof begun === 'number') return begun;
      begun(true);
      return 0;
    },
  };
}

describe('after failures', () => {
  it('the fifth begins a delay that doubles with each further one, up to a quarter of an hour', () => {
    const { fail, pass } = delaysAt();
    for (let failure = 0; failure < 5; failure += 1) expect(fail('anna', '192.0.2.1')).toBe(0);
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      const wait = fail('anna', '192.0.2.1');
      waits.push(wait / 1_000);
      // A try during the delay does not prolong it.
      expect(fail('ANNA', '192.0.2.1')).toBe(wait);
      pass(wait);
      expect(fail('anna', '192.0.2.1')).toBe(0);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900]);
  });

  it('no other person waits, and the same person nowhere else', () => {
    const { fail, delays } = delaysAt();
    for (let failure = 0; failure < 20; failure += 1) fail('anna', '192.0.2.1');
    expect(fail('anna', '192.0.2.1')).toBeGreaterThan(0);
    expect(fail('anna', '192.0.2.2')).toBe(0);
    expect(fail('boris', '192.0.2.1')).toBe(0);
    expect(typeof delays.begin('anna', '2001:db8::1')).toBe('function');
  });

  it('a success makes up for them, and so does time', () => {
    const { fail, pass, delays } = delaysAt();
    for (let failure = 0; failure < 4; failure += 1) fail('anna', '::1');
    const begun = delays.begin('anna', '::1');
    if (typeof begun !== 'number') begun(false);
    for (let failure = 0; failure < 5; failure += 1) expect(fail('anna', '::1')).toBe(0);
    pass(5_000 + 15 * 60_000);
    for (let failure = 0; failure < 5; failure += 1) expect(fail('anna', '::1')).toBe(0);
    expect(fail('anna', '::1')).toBe(5_000);
  });

  it('tries at the same time are no way around it', () => {
    const { delays } = delaysAt();
    const begun = Array.from({ length: 20 }, () => delays.begin('anna', '192.0.2.1'));
    expect(begun.filter((each) => typeof each !== 'number')).toHaveLength(5);
    // A try that was not checked is no failure.
    for (const each of begun) if (typeof each !== 'number') each(undefined);
    expect(typeof delays.begin('anna', '192.0.2.1')).toBe('function');
  });
});

describe('after twenty failures with one login from anywhere', () => {
  const attacked = () => {
    const delays = delaysAt();
    for (let network = 0; network < 20; network += 1) delays.fail('anna', `198.51.100.${network}`);
    return delays;
  };
  const succeed = (delays: LoginDelays, login: string, address: string): void => {
    const begun = delays.begin(login, address);
    if (typeof begun === 'number') throw new Error(`has to wait ${begun} ms`);
    begun(false);
  };

  it('further networks wait, longer after each failure, and others do not', () => {
    const { fail, pass } = attacked();
    const waits: number[] = [];
    for (let network = 1; network <= 9; network += 1) {
      const wait = fail('Anna', `203.0.113.${network}`);
      waits.push(wait / 1_000);
      pass(wait);
      expect(fail('anna', `203.0.113.${network}`)).toBe(0);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900]);
    expect(fail('boris', '203.0.113.1')).toBe(0);
  });

  it('forty networks that wait together do not guess together', () => {
    const { fail, pass } = attacked();
    const networks = Array.from({ length: 40 }, (_, index) => `203.0.113.${index}`);
    for (const network of networks) expect(fail('anna', network)).toBe(5_000);
    pass(5_000);
    expect(networks.filter((network) => fail('anna', network) === 0)).toEqual(['203.0.113.0']);
  });

  it('a network from which it succeeded before does not wait, and any other is let in after 15 minutes', () => {
    const { delays, fail, pass } = delaysAt();
    succeed(delays, 'anna', '192.0.2.1');
    for (let round = 0; round < 100; round += 1) {
      fail('anna', `198.51.100.${round}`);
      pass(1_000);
    }
    succeed(delays, 'anna', '192.0.2.1');
    expect(fail('anna', '192.0.2.9')).toBeGreaterThan(0);
    for (let second = 0; second < 15 * 60; second += 1) {
      fail('anna', `198.51.100.${second % 250}`);
      pass(1_000);
    }
    succeed(delays, 'anna', '192.0.2.9');
  });
});

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:0:1::7', '2001:db8:0:1::/64'],
    ['2001:db8:0:1:ffff:1:2:3', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s is of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

it('a day has some 740 tries with one login from one network, however they are spread', () => {
  const dayMs = 86_400_000;
  const triesOfDay = (inRow: number): number => {
    let now = 0;
    let tries = 0;
    const delays = new LoginDelays(() => now);
    const untilLet = (): ((hasFailed: boolean | undefined) => void) => {
      for (;;) {
        const begun = delays.begin('anna', '192.0.2.1');
        if (typeof begun !== 'number') return begun;
        now += begun;
      }
    };
    while (now < dayMs) {
      for (let row = 0; row < inRow && now < dayMs; row += 1) {
        untilLet()(true);
        tries += 1;
      }
      // Wait until the failures are forgotten.
      untilLet()(undefined);
      now += 15 * 60_000;
    }
    return tries;
  };
  const most = Math.max(...Array.from({ length: 20 }, (_, index) => triesOfDay(index + 1)));
  expect(most).toBe(738);
});
