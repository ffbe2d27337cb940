import { expect, it } from 'vitest';
import { bareAddress } from './trusted-proxies.ts';

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:41000', '203.0.113.9'],
  ['"203.0.113.9:41000"', '203.0.113.9'],
  ['2001:db8::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:_port"', '2001:db8::1'],
  ['[fe80::1%eth0]:443', 'fe80::1%eth0'],
  ['unknown', 'unknown'],
  ['_hidden-7', 'unknown'],
  ['203.0.113.9:41000:1', 'unknown'],
  ['[203.0.113.9]x', 'unknown'],
])('the address in %s is %s', (hop, address) => {
  expect(bareAddress(hop)).toBe(address);
});
