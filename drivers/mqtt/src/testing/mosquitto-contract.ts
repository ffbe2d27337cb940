import { type WatchedPeer, watchContract } from '@holdfast/driver/contract/watch.contract.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { mosquittoForTest, mosquittoIsInstalled } from '@holdfast/test/support/mosquitto-for-test.ts';
import mqtt from 'mqtt';
import { describe } from 'vitest';
import { createDriver } from '../driver.ts';
import { connectionSchema, type MqttConnection, type MqttPlace } from '../layout/connection.ts';
import { deviceOf, pointOf } from './mqtt-devices.ts';

const driver = createDriver('mqtt') as unknown as Driver<MqttConnection, MqttPlace>;

async function startPeer(): Promise<WatchedPeer> {
  const broker = await mosquittoForTest();
  const publisher = await mqtt.connectAsync(broker.url);
  let level = 20;
  const next = async (retain: boolean) => {
    level += 0.5;
    await publisher.publishAsync('hall/meter/level', String(level), { qos: 1, retain });
    return level;
  };
  const writtenValues: number[] = [];
  publisher.on('message', (_topic, payload) => writtenValues.push(Number(payload)));
  await publisher.subscribeAsync('hall/meter/level/set', { qos: 1 });
  return {
    port: broker.port,
    tell: () => next(false),
    hold: () => next(true),
    written: () => writtenValues,
    stop: async () => {
      await publisher.endAsync(true);
      await broker.kill();
    },
  };
}

/** What every driver that watches promises, with mosquitto as the peer. */
export function mosquittoContract(mqtt_version: MqttConnection['mqtt_version']): void {
  describe.skipIf(!mosquittoIsInstalled())('MQTT over mosquitto', () => {
    watchContract(`mqtt ${mqtt_version}`, {
      driver,
      device: (host, port) => ({
        ...deviceOf(port, [
          pointOf('level', 'hall/meter/level', { writable: true, command_topic: 'hall/meter/level/set' }),
          pointOf('total', 'hall/meter/status#/energy/total', { data_type: 'uint64', time_at: '/ts' }),
          pointOf('phases', 'hall/+/phases#/i', { count: 3 }),
        ]),
        timeout_ms: 1_000,
        connection: connectionSchema.parse({ host, port, mqtt_version }),
      }),
      startPeer,
      tellsAgain: true,
      write: { point: 0 },
    });
  });
}
