// A plant from a file: `npm run -s simulator -- plant.yaml`. What it can do: docs/simulator.md.
import { parseArgs } from 'node:util';
import { startControlApi } from './control-api.ts';
import { findSimulators } from './find-simulators.ts';
import { openPlant } from './plant.ts';
import { PlantFileError } from './plant-file/plant-file-error.ts';
import { type ReadPlant, readPlantFile } from './plant-file/read-plant-file.ts';
import { plantSummary } from './plant-summary.ts';

const usage = `npm run -s simulator -- PLANT.yaml     plays the plant until Ctrl-C
npm run -s simulator -- --check PLANT.yaml   says what is wrong with the file, and ends
npm run -s simulator -- --list-faults        what can be wrong with a device

  --host ADDRESS         to listen on, instead of the file's
  --control-port PORT    for the HTTP calls that set faults, instead of the file's; 0 takes a free one
  --json                 one JSON line for each device, and one for the control API`;

type Options = ReturnType<typeof readArguments>;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      'list-faults': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      host: { type: 'string' },
      'control-port': { type: 'string' },
    },
  });
  return { ...values, files: positionals };
}

/** @returns the exit code, or undefined while the plant is played */
async function main(): Promise<number | undefined> {
  let options: Options;
  try {
    options = readArguments();
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${usage}`);
  }
  const simulators = await findSimulators();
  if (options['list-faults']) {
    for (const { protocols, faults } of simulators) {
      console.log(protocols.join(', '));
      for (const { example, does } of Object.values(faults)) console.log(`  ${example}\n      ${does}`);
    }
    return 0;
  }
  const [file, ...others] = options.files;
  if (options.help || file === undefined || others.length > 0) {
    if (!options.help) return fail(usage);
    console.log(usage);
    return 0;
  }
  try {
    const plant = readPlantFile(file, { simulators });
    if (options.check) {
      const counts = plant.parts.map(({ prepared }) => prepared.counts);
      const sum = (what: 'endpoints' | 'devices') => counts.reduce((all, each) => all + each[what], 0);
      console.log(`${file} is right: ${sum('endpoints')} endpoints, ${sum('devices')} devices`);
      return 0;
    }
    await play(plant, options);
    return undefined;
  } catch (error) {
    if (error instanceof PlantFileError) return fail(error.message);
    if ('code' in (error as Error) || 'cause' in (error as Error)) return fail((error as Error).message);
    throw error;
  }
}

async function play({ parts, ...file }: ReadPlant, options: Options): Promise<void> {
  const host = options.host ?? file.host;
  const controlPort =
    options['control-port'] === undefined ? file.controlPort : Number(options['control-port']);
  const plant = await openPlant(parts, host);
  const control = await startControlApi(plant, { host, port: controlPort }).catch(async (error: unknown) => {
    await plant.stop();
    // The demo's simulator takes the same port, and `npm start` may run at the same time.
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${controlPort} of ${host}, for the HTTP calls that set faults, is taken: --control-port 0 takes a free one.`;
    throw new Error(message, { cause: error });
  });
  const stop = async (): Promise<void> => {
    await control.stop();
    await plant.stop();
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  // The plant announces itself only now: whoever reads this may stop it at once.
  const url = `http://${host}:${control.port}`;
  if (options.json) {
    for (const { code, endpoint, address } of plant.devices) {
      console.log(JSON.stringify({ kind: 'device', device: code, endpoint, ...address }));
    }
    console.log(JSON.stringify({ kind: 'control', url }));
  } else {
    for (const line of plantSummary(plant)) console.log(line);
    console.log(`${'faults'.padEnd(13)} ${url}/devices\nCtrl-C ends it.`);
  }
}

function fail(message: string): number {
  console.error(message);
  return 1;
}

const exitCode = await main();
if (exitCode !== undefined) process.exitCode = exitCode;
