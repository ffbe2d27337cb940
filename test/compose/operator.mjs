// Does as an operator through the command line in the container of the API, whatever the API speaks.
import assert from 'node:assert/strict';
import { until } from './installation.mjs';
import { untilDemoRuns } from './trial-command.mjs';

export const holdfast = async (at, ...args) =>
  JSON.parse(await at.inside('api', 'holdfast', ...args, '--json'));

export const sessionOf = (at, id) => holdfast(at, 'sessions', 'show', id);

/** Waits until the session runs, and is read after `since`. */
export const goesOn = (at, id, since = new Date()) =>
  until(`session ${id} goes on after ${since.toISOString()}`, async () => {
    const session = await sessionOf(at, id);
    assert.equal(session.status, 'running');
    return new Date(session.last_read_time ?? 0) > since && session;
  });

export const demoRuns = (at) => untilDemoRuns(() => holdfast(at, 'sessions', 'list', '--active'));

export const removeAll = (at) =>
  at.compose(
    ...['--profile', 'backup', '--profile', 'maintenance', 'down', '--volumes', '--remove-orphans'],
    ...['--timeout', '60'],
  );
