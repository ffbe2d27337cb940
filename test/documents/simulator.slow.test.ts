import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { faultSchema } from '@holdfast/driver-modbus-simulator/fault.ts';
import { findSimulators } from '@holdfast/plant/find-simulators.ts';
import { readPlantFile } from '@holdfast/plant/plant-file/read-plant-file.ts';
import { demoConfiguration, demoDeviceCodes } from '@holdfast/plant/workshop.ts';
import { describe, expect, inject, it } from 'vitest';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { fencedCommands } from './fenced-commands.ts';
import { codesIn, tableRows } from './markdown-tables.ts';

const root = join(import.meta.dirname, '..', '..');
const plants = join(root, 'simulators', 'plant', 'plants');
const program = join(root, 'simulators', 'plant', 'src', 'cli.ts');
const page = await readFile(join(root, 'docs', 'simulator.md'), 'utf8');
const rows = tableRows(page).map(({ cells }) => cells);
const commands = fencedCommands(page);
const simulators = await findSimulators();

describe.skipIf(inject('installedServers').curl === null)('docs/simulator.md', () => {
  it('has every machine with its unit id, and every fault in a form that is taken', () => {
    const machines = rows.filter(([first = '']) => demoDeviceCodes.includes(codesIn(first)[0] ?? ''));
    const ports = demoDeviceCodes.map((_, index) => 5020 + index);
    const { devices } = demoConfiguration({ host: '127.0.0.1', ports });
    expect(
      machines.map(([device = '', , protocol = '', port, unitId]) => [
        ...[codesIn(device)[0], codesIn(protocol)[0], Number(port), unitId],
      ]),
    ).toEqual(
      devices.map(({ code, protocol, port, unit_id }) => [code, protocol, port, String(unit_id ?? '')]),
    );

    const faults = rows.flatMap(([first = '']) =>
      codesIn(first).filter((code) => code.startsWith('{"kind"')),
    );
    const kinds = faults.map((fault) => faultSchema.parse(JSON.parse(fault)).kind);
    expect(kinds.sort()).toEqual(faultSchema.options.map(({ shape }) => shape.kind.value).sort());
  });

  it('has every plant that can be copied from, and each of them can be played', async () => {
    const listed = rows
      .map(([first = '']) => codesIn(first)[0] ?? '')
      .filter((name) => name.endsWith('.yaml'));
    const there = (await readdir(plants)).filter((name) => name.endsWith('.yaml'));
    expect(listed.sort()).toEqual(there.sort());
    for (const name of there) {
      expect(readPlantFile(join(plants, name), { simulators }).parts).not.toEqual([]);
    }
  });

  it('has values that a point can take', async () => {
    const values = rows
      .map(([first = '']) => codesIn(first)[0] ?? '')
      .filter((code) => /^(\{ \w|42)/.test(code));
    expect(values.length).toBeGreaterThan(7);
    const folder = await temporaryFolder('simulator');
    await writeFile(join(folder, 'flow.csv'), await readFile(join(plants, 'flow.csv')));
    const points = values.map((value, index) => {
      const type = value.includes('PE-HD') ? 'data_type: string, length: 8' : 'data_type: float32';
      return `{ code: p${index}, table: holding_register, address: ${index * 10}, ${type}, value: ${value} }`;
    });
    const units = `[{ device: all, points: [${points.join(', ')}] }]`;
    await writeFile(join(folder, 'all.yaml'), `endpoints: [{ protocol: modbus_tcp, units: ${units} }]\n`);
    expect(() => readPlantFile(join(folder, 'all.yaml'), { simulators })).not.toThrow();
  });

  it('has a plant that can be played as its commands say', async () => {
    const folder = await temporaryFolder('simulator');
    const [yaml = ''] = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, body]) => body ?? '');
    await writeFile(join(folder, 'press.yaml'), yaml.replace('port: 5220', 'port: 0'));
    const run = commands.filter((command) => command.startsWith('npm run -s simulator -- '));
    expect(run.length).toBeGreaterThan(3);
    for (const command of run) {
      const args = command
        .replace('npm run -s simulator -- ', '')
        .split(' ')
        .map((each) => (each === 'press.yaml' ? join(folder, each) : each));
      if (args[0]?.startsWith('--')) {
        const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { cwd: root });
        expect(stdout).toMatch(/is right|"kind":"silence"/);
        continue;
      }
      const { lines, stop } = await play([...args, '--control-port', '0'], 'Ctrl-C ends it.');
      expect(lines[0]).toMatch(/modbus_tcp +127\.0\.0\.1:\d+ +press \(unit 1\)/);
      expect(await stop()).toEqual([0, null]);
    }
  });

  it('has calls that break the workshop as it says', async () => {
    // The demo's machines, on ports that are free.
    const folder = await temporaryFolder('simulator');
    const workshop = await readFile(join(plants, 'workshop.yaml'), 'utf8');
    await writeFile(join(folder, 'workshop.yaml'), workshop.replace(/port: \d+/g, 'port: 0'));
    const { lines, stop } = await play(
      [join(folder, 'workshop.yaml'), '--control-port', '0', '--json'],
      '"kind":"control"',
    );
    const { url } = JSON.parse(lines.at(-1) ?? '') as { url: string };
    const calls = commands.filter((command) => command.startsWith('curl '));
    expect(calls.length).toBeGreaterThan(4);
    for (const call of calls) {
      const here = call.replace('http://127.0.0.1:5030', url);
      const { stdout } = await promisify(execFile)('sh', ['-c', here]);
      expect(JSON.parse(stdout), call).not.toHaveProperty('error');
    }
    expect(await stop()).toEqual([0, null]);
  });
});

/** Starts the program, and waits until it has said these words. */
async function play(args: readonly string[], until: string) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = (): Promise<unknown> => {
    child.kill('SIGINT');
    return exited;
  };
  cleanUpAfterFile(async () => {
    if (child.exitCode === null && child.signalCode === null) await stop();
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes(until)) break;
  }
  return { lines, stop };
}
