import type { Device, DevicePoint } from '@holdfast/driver/device.ts';
import { connectionSchema, type MqttConnection, type MqttPlace } from '../layout/connection.ts';

export type MqttPoint = DevicePoint<MqttPlace>;

export function pointOf(
  code: string,
  topic: string,
  changes: Partial<MqttPoint> & Partial<MqttPlace> = {},
): MqttPoint {
  const { time_at, command_topic, command_payload, ...others } = changes;
  const place = { time_at, command_topic, command_payload };
  const set = Object.fromEntries(Object.entries(place).filter(([, value]) => value !== undefined));
  return { code, data_type: 'float64', scale: 1, offset: 0, address: { topic, ...set }, ...others };
}

export function deviceOf(
  port: number,
  points: readonly MqttPoint[],
  connection: Partial<MqttConnection> = {},
): Device<MqttConnection, MqttPlace> {
  return {
    ...{ id: 'd1', code: 'meter-1', protocol: 'mqtt', mode: 'subscribed', timeout_ms: 2_000, points },
    connection: connectionSchema.parse({ host: '127.0.0.1', port, ...connection }),
  };
}
