import { networkProblem } from '@holdfast/shared/runtime/networks.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { deviceNetworks } from './device-networks.ts';

const networks = (allowed: string[], deniedHosts: string[] = []) =>
  deviceNetworks({ allowed, deniedHosts, nowMs: () => 0 });

describe('networks in which devices may be reached', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '::ffff:127.0.0.1',
    '169.254.169.254',
    'fe80::1',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    // The same addresses, spelled differently.
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:127.0.0.1',
    'fe80::1%eth0',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::169.254.169.254',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    'fec0::1',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1::c0a8:114',
    '2001::1',
    '2001:0:53aa:64c::1',
    // Services that hand a cloud's machines their keys.
    '100.100.100.200',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd20:ce::254',
  ])('are not this machine, link-local, group or cloud addresses unless they are named: %s', (ip) => {
    expect(inEnglish(networks([]).refusal(ip, 502))).toContain('DEVICE_NETWORKS');
  });

  it.each([
    '10.0.0.5',
    '192.168.1.20',
    '::ffff:192.168.1.20',
    '203.0.113.4',
    'fd00::7',
    'fd00:ec3::254',
    '2001:db8::1',
    '100.100.100.201',
    '64:ff9b::203.0.113.4',
    '2002:cb00:7104::1',
  ])('are all others by default: %s', (ip) => {
    expect(networks([]).refusal(ip, 502)).toBeUndefined();
  });

  it('are only the named ones where some are named', () => {
    const allowed = networks(['127.0.0.0/8', '192.168.10.0/24', 'fd00:1::/32']);
    expect(allowed.refusal('127.0.0.1', 502)).toBeUndefined();
    expect(allowed.refusal('192.168.10.255', 502)).toBeUndefined();
    expect(allowed.refusal('fd00:1::9', 502)).toBeUndefined();
    expect(inEnglish(allowed.refusal('192.168.11.1', 502))).toContain('none of the networks');
    expect(inEnglish(allowed.refusal('fd00:2::9', 502))).toContain('none of the networks');
  });

  it('never hold the servers of the installation, whatever is allowed', async () => {
    const allowed = networks(
      ['0.0.0.0/0', '::/0'],
      ['10.1.2.3:4222', '10.1.2.4', 'localhost:5432', '[fd00::5]:1'],
    );
    await allowed.refresh();
    expect(inEnglish(allowed.refusal('10.1.2.3', 4222))).toContain('10.1.2.3');
    expect(allowed.refusal('10.1.2.3', 502)).toBeUndefined();
    expect(inEnglish(allowed.refusal('10.1.2.4', 502))).toContain('a server of this installation');
    expect(inEnglish(allowed.refusal('127.0.0.1', 5432))).toContain('localhost');
    expect(allowed.refusal('127.0.0.1', 502)).toBeUndefined();
    expect(inEnglish(allowed.refusal('fd00::5', 1))).toContain('a server of this installation');
  });

  it.each(['::ffff:a01:203', '0:0:0:0:0:ffff:10.1.2.3', '64:ff9b::a01:203', '2002:a01:203::', 'FD00:0:0::5'])(
    'never hold a server of the installation under another way to write its address: %s',
    (ip) => {
      const allowed = networks(['0.0.0.0/0', '::/0'], ['10.1.2.3:4222', 'fd00:0::0:5']);
      expect(inEnglish(allowed.refusal(ip, 4222))).toContain('a server of this installation');
    },
  );

  it('do not hold an address that is not known', () => {
    expect(inEnglish(networks([]).refusal('', 502))).toContain('not known');
  });

  it.each(['10.0.0.0/33', 'plant', '10.0.0.0/8/9', '10.0.0.0/-1', 'fd00::/129', ''])(
    'are refused where they are none: "%s"',
    (text) => {
      expect(inEnglish(networkProblem(text))).toContain('is no network');
    },
  );
});
