// Loads the demo into a running installation and ends:
//   node simulators/plant/src/load-demo-main.ts --api=http://127.0.0.1:8000 --simulator=127.0.0.1:5020
// `--api-key-file` names a file with a key of the API, which needs the role engineer.
// `--simulator` is where the collectors reach the first machine; the others follow on the next ports.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { patientClient } from '@holdfast/api-client/patient-client.ts';
import { loadDemo } from './load-demo.ts';
import { demoConfiguration, demoDeviceCodes } from './workshop.ts';

const {
  api,
  simulator,
  'api-key-file': keyFile,
} = parseArgs({
  options: {
    api: { type: 'string', default: 'http://127.0.0.1:8000' },
    simulator: { type: 'string', default: '127.0.0.1:5020' },
    'api-key-file': { type: 'string' },
  },
}).values;
const { hostname: host, port } = new URL(`modbus://${simulator}`);
const ports = demoDeviceCodes.map((_, index) => Number(port) + index);

// One JSON line for each event, as every service writes.
const say = (msg: string, fields: object = {}): void => {
  const time = new Date().toISOString();
  console.log(JSON.stringify({ level: 'info', time, service: 'demo', ...fields, msg }));
};

const loaded = await loadDemo(
  patientClient(api, {
    key: keyFile === undefined ? undefined : (await readFile(keyFile, 'utf8')).trim(),
    program: 'demo',
    retryEveryMs: 500,
    onWaiting: (why) => say('waiting for the API', { why }),
  }),
  demoConfiguration({ host, ports }),
);
switch (loaded.kind) {
  case 'started':
    say('demo session started', { session: loaded.sessionId });
    break;
  case 'found':
    say('the demo has been loaded before; nothing was changed', { session: loaded.sessionId });
    break;
  case 'not_wanted':
    say('there are other tasks and no demo task; nothing was changed');
    break;
}
