import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { demoDeviceCodes } from './workshop.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

let child: ChildProcess | undefined;
afterEach(async () => {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
});

describe('the simulator process', () => {
  it('says where its machines are, takes faults by HTTP and ends on SIGTERM', async () => {
    const process = spawn(globalThis.process.execPath, [main], {
      env: { SIMULATOR_BASE_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = process;
    const announced: Record<string, unknown>[] = [];
    for await (const line of createInterface({ input: process.stdout })) {
      announced.push(JSON.parse(line));
      if (announced.at(-1)?.kind === 'control') break;
    }
    expect(announced.at(-1)).toMatchObject({ kind: 'control' });
    expect(announced.filter(({ kind }) => kind === 'device')).toHaveLength(demoDeviceCodes.length);
    expect(announced.filter(({ protocol }) => protocol === 'modbus_tcp')).toMatchObject([
      { kind: 'device', device: 'imm-1', host: '127.0.0.1', unit_id: 1 },
      { kind: 'device', device: 'meter-1', host: '127.0.0.1', unit_id: 2 },
      { kind: 'device', device: 'chiller-1', host: '127.0.0.1', unit_id: 3 },
    ]);
    const answer = await fetch(`${announced.at(-1)?.url}/devices/meter-1/fault`, {
      method: 'PUT',
      body: '{"kind":"slow","delay_ms":300}',
    });
    expect(await answer.json()).toMatchObject({ code: 'meter-1', fault: { kind: 'slow', delay_ms: 300 } });

    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });
});

describe('its environment', () => {
  it('has defaults', () => {
    expect(readConfig({})).toEqual({ host: '127.0.0.1', basePort: 5020, controlPort: 5030 });
    expect(readConfig({ SIMULATOR_BASE_PORT: '0' })).toMatchObject({ basePort: 0, controlPort: 0 });
    expect(readConfig({ SIMULATOR_BASE_PORT: '6000', SIMULATOR_CONTROL_PORT: '0' })).toMatchObject({
      basePort: 6000,
      controlPort: 0,
    });
  });

  it('is refused with every fault in it', () => {
    const wrong = { SIMULATOR_BASE_PORT: 'many', SIMULATOR_CONTROL_PORT: '70000' };
    expect(() => readConfig(wrong)).toThrow(/SIMULATOR_BASE_PORT[\s\S]*SIMULATOR_CONTROL_PORT/);
  });
});
