import type { DriverSpec, Specs } from '@holdfast/driver/spec.ts';
import { melsecSpec } from '@holdfast/driver-melsec/spec/melsec-spec.ts';
import { modbusSpecs } from '@holdfast/driver-modbus/spec/modbus-specs.ts';
import { mqttSpec } from '@holdfast/driver-mqtt/spec/mqtt-spec.ts';

const all: readonly DriverSpec[] = [
  ...(modbusSpecs as readonly DriverSpec[]),
  melsecSpec as DriverSpec,
  mqttSpec as unknown as DriverSpec,
];

/** The spec of every protocol, by its name. Specs are pure, so that API, CLI and console use them too. */
export const specs: Specs = new Map(all.map((spec) => [spec.protocol, spec]));
