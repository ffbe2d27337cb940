import type { Driver } from '@holdfast/driver/driver.ts';
import type { CreateDriver } from '@holdfast/driver/registry.ts';
import type { MqttConnection, MqttPlace } from './layout/connection.ts';
import { MqttLink } from './link/mqtt-link.ts';
import { mqttPlan } from './plan/mqtt-plan.ts';
import { mqttSpec } from './spec/mqtt-spec.ts';

export const createDriver: CreateDriver = (protocol) => {
  if (protocol !== mqttSpec.protocol) throw new RangeError(`${protocol} is not MQTT`);
  const driver: Driver<MqttConnection, MqttPlace> = {
    spec: mqttSpec,
    plan: mqttPlan,
    link: (connection, host) => new MqttLink(connection, host),
  };
  return driver as Driver;
};
