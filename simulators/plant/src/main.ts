import { settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { readConfig } from './config.ts';
import { startControlApi } from './control-api.ts';
import { openPlant } from './plant.ts';
import { demoDeviceCodes, demoPlant } from './workshop.ts';

const config = settingsOrExit(readConfig);

const ports = demoDeviceCodes.map((_, index) => (config.basePort === 0 ? 0 : config.basePort + index));
const plant = await openPlant(demoPlant(ports), config.host);
const control = await startControlApi(plant, { host: config.host, port: config.controlPort });

const stop = async (): Promise<void> => {
  await control.stop();
  await plant.stop();
};
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());

// One JSON line for each device, since only this process knows which free ports it got.
for (const { code, address } of plant.devices) {
  console.log(JSON.stringify({ kind: 'device', device: code, ...address }));
}
console.log(JSON.stringify({ kind: 'control', url: `http://${config.host}:${control.port}` }));
