import mqtt, { type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { connectionSchema } from '../layout/connection.ts';
import { frameParts } from './frame-parts.ts';

function partsOf(packet: Packet, mqtt_version: '5' | '3.1.1'): (string | undefined)[][] {
  const bytes = mqtt.generate(packet, { protocolVersion: mqtt_version === '5' ? 5 : 4 });
  const connection = connectionSchema.parse({ host: 'broker', mqtt_version });
  const parts = frameParts(bytes, 'received', connection);
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
  return parts.map(({ part, text }) => [part, text]);
}

const message = { cmd: 'publish', topic: 'hall/功率', dup: false } as const;

it.each(['5', '3.1.1'] as const)('a message over MQTT %s has its topic, QoS and payload', (version) => {
  const properties = version === '5' ? [['properties', undefined]] : [];
  expect(partsOf({ ...message, payload: '{"kW":7}', qos: 1, messageId: 258, retain: true }, version)).toEqual(
    [
      ['header', 'PUBLISH, QoS 1, RETAIN'],
      ['length', undefined],
      ['length', undefined],
      ['topic', 'hall/功率'],
      ['packet_id', undefined],
      ...properties,
      ['payload', '{"kW":7}'],
    ],
  );
  const binary = partsOf({ ...message, payload: Buffer.of(0xff, 0), qos: 0, retain: false }, version);
  expect([binary[0], binary.at(-1)]).toEqual([
    ['header', 'PUBLISH, QoS 0'],
    ['payload', undefined],
  ]);
});

it('a long message with properties is taken apart at the right places', () => {
  const properties = { userProperties: { site: 'x'.repeat(200) } };
  const parts = partsOf({ ...message, payload: 'y'.repeat(20_000), qos: 0, retain: false, properties }, '5');
  expect(parts.map(([part]) => part)).toEqual([
    ...['header', 'length', 'length', 'topic', 'properties', 'payload'],
  ]);
  expect(parts.at(-1)?.[1]).toBe('y'.repeat(20_000));
});

it.each(['5', '3.1.1'] as const)('a subscription over MQTT %s has its filters with their QoS', (version) => {
  const subscriptions = [
    { topic: 'hall/#', qos: 1 as const },
    { topic: 'line/+/state', qos: 0 as const },
  ];
  const parts = partsOf({ cmd: 'subscribe', messageId: 7, subscriptions }, version);
  expect(parts.filter(([, text]) => text !== undefined)).toEqual([
    ['header', 'SUBSCRIBE'],
    ['topic', 'hall/#'],
    ['qos', '1'],
    ['topic', 'line/+/state'],
    ['qos', '0'],
  ]);
});

it('what is no such packet is data', () => {
  const connection = connectionSchema.parse({ host: 'broker' });
  const [first, second, rest] = frameParts(Buffer.of(0xc0, 0, 1, 2), 'received', connection);
  expect([first?.part, second?.part, rest]).toEqual(['header', 'length', { part: 'data', length: 2 }]);
  expect(frameParts(Buffer.of(), 'received', connection)).toEqual([]);
});
