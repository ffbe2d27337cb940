import { type WatchedPeer, watchContract } from '@holdfast/driver/contract/watch.contract.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '@holdfast/test/support/mosquitto-for-test.ts';
import mqtt from 'mqtt';
import { describe } from 'vitest';
import { createDriver } from './driver.ts';
import { connectionSchema, type MqttConnection, type MqttPlace } from './layout/connection.ts';
import { deviceOf, pointOf } from './testing/mqtt-devices.ts';

const driver = createDriver('mqtt') as unknown as Driver<MqttConnection, MqttPlace>;

async function startPeer(): Promise<WatchedPeer> {
  const broker = await mosquittoForTest();
  const publisher = await mqtt.connectAsync(broker.url);
  let level = 20;
  return {
    port: broker.port,
    tell: async () => {
      level += 0.5;
      await publisher.publishAsync('hall/meter/level', String(level), { qos: 1 });
      return level;
    },
    stop: async () => {
      await publisher.endAsync(true);
      await broker.kill();
    },
  };
}

describe.skipIf(!mosquittoIsInstalled())('MQTT over mosquitto', () => {
  for (const mqtt_version of ['5', '3.1.1'] as const) {
    watchContract(`mqtt ${mqtt_version}`, {
      driver,
      device: (host, port) => ({
        ...deviceOf(port, [
          pointOf('level', 'hall/meter/level'),
          pointOf('total', 'hall/meter/status#/energy/total', { data_type: 'uint64', time_at: '/ts' }),
          pointOf('phases', 'hall/+/phases#/i', { count: 3 }),
        ]),
        connection: connectionSchema.parse({ host, port, mqtt_version }),
      }),
      startPeer,
      tellsAgain: true,
    });
  }
});
