import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { oldManual } from '../drop-in/old-manual.mjs';
import { until } from './installation.mjs';
import { checkout, say } from './trial-command.mjs';

const run = promisify(execFile);

/**
 * The commands of the predecessor's manual against the containers, with a key in a ~/.curlrc of two lines.
 *
 * @param {ReturnType<typeof import('./installation.mjs').installation>} holdfast
 * @param {string[]} composeCommand
 * @param {Record<string, string>} settings of Compose, so that the scripts reach the same containers
 */
export function triedOldManual(holdfast, composeCommand, settings) {
  const typedWith = async (work) => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-old-manual-'));
    try {
      const key = await holdfast.inside('api', 'cat', '/secrets/api/admin-key');
      await writeFile(join(home, '.curlrc'), `header = "Authorization: Bearer ${key}"\nshow-error\n`, {
        mode: 0o600,
      });
      // biome-ignore lint/style/noProcessEnv: a script that is run by hand; what it starts needs the PATH.
      const env = { ...process.env, ...settings, HOME: home, HOLDFAST_COMPOSE: composeCommand.join(' ') };
      const { results } = await holdfast.get('/api/config/devices/?code=chiller-1');
      const manualOf = async (session) =>
        oldManual({ url: await holdfast.apiUrl(), session, device: results[0].id, log: '' });
      const typed = async (block, more = {}) =>
        (await run('bash', ['-c', block], { cwd: checkout, env: { ...env, ...more }, maxBuffer: 1e8 }))
          .stdout;
      await work({ manualOf, typed, key, env });
    } finally {
      await rm(home, { recursive: true });
    }
  };

  return {
    showsAndRestarts: (id) =>
      typedWith(async ({ manualOf, typed, key, env }) => {
        const manual = await manualOf(id);
        const active = JSON.parse(await typed(manual.listActive));
        assert.deepEqual(
          active.map(({ status }) => status),
          ['running'],
        );
        assert.equal(JSON.parse(await typed(manual.showStatus)).session_id, id);
        assert.equal(JSON.parse(await typed(manual.showDevice)).code, 'chiller-1');
        assert.equal((await typed(`${manual.countActive}\necho "$ACTUAL"`)).trim(), '1');
        say('the old manual, with a key in ~/.curlrc: what runs is listed, counted and shown');

        // `docker compose logs --follow` stands where the manual has `tail -f <log>`.
        const [command, ...first] = composeCommand;
        const logs = spawn(command, [...first, 'logs', '--follow', '--tail', '0'], { cwd: checkout, env });
        let output = '';
        logs.stdout.on('data', (data) => {
          output += data;
        });
        try {
          const logOutput = await typed(`${manual.restart} compose`);
          assert.match(logOutput, /every session that should run is read again\.\n$/);
          const url = await holdfast.apiUrl();
          const checked = await typed('./check_recovery.sh', {
            HOLDFAST_URL: url,
            HOLDFAST_API_KEY: key,
            HOME: '/nowhere',
          });
          assert.equal(checked, 'OK: expected 1 running sessions, actual 1\n');
          await until('the log says that the session was recovered', async () =>
            output.includes(`Successfully recovered session ${id}`),
          );
        } finally {
          logs.kill();
        }
        say(
          'restart_services.sh restarts the containers, and the log and check_recovery.sh say that all is read again',
        );
      }),

    stopsAll: (id) =>
      typedWith(async ({ manualOf, typed }) => {
        const manual = await manualOf(id);
        await typed(manual.stopAll);
        assert.deepEqual(JSON.parse(await typed(manual.listActive)), []);
        assert.equal((await holdfast.session(id)).status, 'stopped');
        say('the old manual stops all that runs');
      }),
  };
}
