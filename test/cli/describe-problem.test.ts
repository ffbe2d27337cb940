import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../tools/cli/src/output/describe-problem.ts';

const title = 'This task cannot be started as it is configured';
const baudRates = {
  path: 'devices.1',
  message: 's1, w3: /dev/ttyS9 cannot run at 19200 baud 8E1 and at 9600 baud 8E1',
};

function descriptionOf(detail: string, ...errors: { path: string; message: string }[]): string {
  return describeProblem({ title, status: 422, code: 'task_config_invalid', detail, errors }, null);
}

describe('a problem with errors', () => {
  it('tells the only one where the detail does not have it', () => {
    expect(descriptionOf('The configuration of task mix is not valid: see errors.', baudRates)).toContain(
      `\n  - devices.1: ${baudRates.message}`,
    );
  });

  it('does not tell the only one twice', () => {
    const detail = `devices.1: ${baudRates.message}`;
    expect(descriptionOf(detail, baudRates)).toBe(`${title} (task_config_invalid, 422)\n${detail}`);
  });

  it('tells all where there are several', () => {
    const lines = descriptionOf('see errors', baudRates, { path: 'period_ms', message: 'too short' }).split(
      '\n',
    );
    expect(lines.slice(2)).toEqual([`  - devices.1: ${baudRates.message}`, '  - period_ms: too short']);
  });
});
