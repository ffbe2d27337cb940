import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { describe, expect, it } from 'vitest';
import { secretBindingsSchema, secretRefusal } from './secret-bindings.ts';

const bindings = secretBindingsSchema.parse({
  'hall-2-mqtt': {
    sites: ['hall-2'],
    hosts: ['Broker.hall-2:8883', '10.2.0.5', '[fd00::5]:1883', 'fd00::6'],
  },
  'plant-ca': { sites: ['*'], hosts: ['*'] },
});
const refusal = (name: string, site: string, host: string, port = 8883) =>
  inEnglish(secretRefusal(bindings, name, { site, host, port }));

describe('a secret', () => {
  it.each<[string, number]>([
    ['broker.HALL-2.', 8883],
    ['10.2.0.5', 1],
    ['::ffff:10.2.0.5', 2],
    ['fd00:0::5', 1883],
    ['fd00::6', 99],
  ])('is for the hosts of its binding, however they are spelled: %s:%i', (host, port) => {
    expect(refusal('hall-2-mqtt', 'hall-2', host, port)).toBeUndefined();
  });

  it.each<[string, number]>([
    ['broker.hall-2', 8884],
    ['broker.hall-2#.evil.example', 8883],
    ['evil.example', 8883],
    ['fd00::5', 1],
  ])('is for no other host, and says so: %s:%i', (host, port) => {
    expect(refusal('hall-2-mqtt', 'hall-2', host, port)).toContain('only for Broker.hall-2:8883, 10.2.0.5');
  });

  it('is for no other site, which does not learn its hosts', () => {
    for (const site of ['hall-1', '', '*', 'constructor']) {
      const why = refusal('hall-2-mqtt', site, 'broker.hall-2') ?? '';
      expect(why).toContain('is not for');
      expect(why).not.toContain('10.2.0.5');
    }
  });

  it('may be for all sites and hosts, where its binding says so', () => {
    expect(refusal('plant-ca', '', 'anything')).toBeUndefined();
  });

  it.each(['other', 'constructor', '__proto__'])('is for no collector without a binding: %s', (name) => {
    expect(refusal(name, 'hall-2', 'broker.hall-2')).toContain('bound to no site and host');
  });
});
