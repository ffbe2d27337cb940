import { settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { readConfig } from './config.ts';
import { startControlApi } from './control-api.ts';
import { demoDeviceCodes, demoPlant } from './demo-plant.ts';
import { startPlant } from './plant.ts';

const config = settingsOrExit(readConfig);

const ports = demoDeviceCodes.map((_, index) => (config.basePort === 0 ? 0 : config.basePort + index));
const plant = await startPlant({ config: demoPlant(ports), host: config.host });
const control = await startControlApi(plant, { host: config.host, port: config.controlPort });

const stop = async (): Promise<void> => {
  await control.stop();
  await plant.stop();
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

// One JSON line for each endpoint, for whoever started this process with free ports.
for (const { device, host, port, unitId } of plant.endpoints) {
  console.log(JSON.stringify({ kind: 'device', device, host, port, unit_id: unitId }));
}
console.log(JSON.stringify({ kind: 'control', url: `http://${config.host}:${control.port}` }));
