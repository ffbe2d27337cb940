import { whatNext } from '@holdfast/dev/stack/what-next.ts';
import { demoConfiguration, demoDeviceCodes } from '@holdfast/plant/workshop.ts';
import type { SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { describe, expect, it } from 'vitest';
import { commands } from '../../tools/cli/src/commands.ts';
import { findCommand, parseCommandLine } from '../../tools/cli/src/parse-command-line.ts';

const facts = {
  natsContextFile: '.holdfast/nats-context.json',
  simulatorUrl: 'http://127.0.0.1:5030',
  keyFile: undefined,
  demo: {
    session: { id: '1-1' } as SessionView,
    point: { device: 'imm-1', pointCode: 'mould_position' },
  },
  holder: { name: 'collector-1', pid: 4711 },
};
const hintsAt = (apiUrl: string, isDemo = true) =>
  whatNext({ ...facts, apiUrl, demo: isDemo ? facts.demo : undefined })
    .map((line) => line.trim())
    .filter((line) => line.includes('npx holdfast'));

describe('what npm start says at its end', () => {
  it('has commands of the command line that are taken as they stand', () => {
    const hints = hintsAt('http://127.0.0.1:8000');
    expect(hints.length).toBeGreaterThan(2);
    for (const hint of hints) {
      const args = [...hint.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      expect(args.splice(0, 2)).toEqual(['npx', 'holdfast']);
      const command = findCommand(commands, args);
      if (!command) throw new Error(`no such command: ${hint}`);
      expect(() => parseCommandLine(command, args)).not.toThrow();
    }
  });

  it('names the address of an API that is not where the command looks by itself', () => {
    for (const hint of hintsAt('http://127.0.0.1:8123')) {
      expect(hint).toMatch(/^HOLDFAST_URL=http:\/\/127\.0\.0\.1:8123 npx holdfast /);
    }
  });

  it('writes a point that the demo lets be written, within its limits', () => {
    const [, device, code, value] =
      hintsAt('http://127.0.0.1:8000')
        .join('\n')
        .match(/points write (\S+)\/(\S+) (\S+)/) ?? [];
    const { points } = demoConfiguration({
      host: '127.0.0.1',
      ports: demoDeviceCodes.map((_, at) => 1 + at),
    });
    const point = points.find((each) => each.device_code === device && each.code === code);
    expect(point).toMatchObject({ writable: true, table: 'holding_register' });
    expect(Number(value)).toBeGreaterThanOrEqual(Number(point?.valid_min));
    expect(Number(value)).toBeLessThanOrEqual(Number(point?.valid_max));
  });

  it('calls the API with the key of the stack where everybody needs one', () => {
    const keyFile = '.holdfast/admin-key';
    const lines = whatNext({ ...facts, apiUrl: 'http://127.0.0.1:8000', keyFile });
    expect(lines.map((line) => line.trim())).toContain(`export HOLDFAST_API_KEY_FILE=${keyFile}`);
    const calls = lines.filter((line) => line.includes('curl') && line.includes('/api/'));
    expect(calls.length).toBeGreaterThan(3);
    for (const call of calls) expect(call).toContain(`-H "Authorization: Bearer $(cat ${keyFile})"`);
  });

  it('has something to look at without the demo, too', () => {
    expect(hintsAt('http://127.0.0.1:8000', false)).toEqual(['npx holdfast sessions list']);
  });
});
