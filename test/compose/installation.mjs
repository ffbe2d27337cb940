import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const outputMaxBytes = 256 * 1024 * 1024;
const lookAgainMs = 300;
const sessions = '/api/acquisition/sessions';

/**
 * An installation of docker-compose.yml under a project name of its own and on free ports, next to whatever else runs.
 *
 * @param {object} options
 * @param {string[]} options.compose the compose command, e.g. ['docker', 'compose']
 * @param {string} options.engine what understands `inspect` and `kill`, e.g. 'docker'
 * @param {string} options.project
 * @param {string} options.folder where docker-compose.yml is
 * @param {Record<string, string>} [options.settings] of docker-compose.yml, in addition to the ports
 */
export function installation({ compose: [command, ...first], engine, project, folder, settings = {} }) {
  // biome-ignore lint/style/noProcessEnv: a script that is run by hand; what it starts needs the PATH.
  const inherited = process.env;
  const freePorts = { HOLDFAST_API_PORT: '', HOLDFAST_NATS_PORT: '' };
  const env = { ...inherited, COMPOSE_PROJECT_NAME: project, ...freePorts, ...settings };
  const options = { cwd: folder, env, maxBuffer: outputMaxBytes };

  /** Output of a compose command. Rejects when its exit code is not 0. */
  const compose = async (...args) => (await run(command, [...first, ...args], options)).stdout;
  const engineOutput = async (...args) => (await run(engine, args, options)).stdout;

  const containerIds = async (...services) =>
    (await compose('ps', '--all', '--quiet', ...services)).split('\n').filter((line) => line !== '');

  const inspect = async (...services) => {
    const ids = await containerIds(...services);
    return ids.length === 0 ? [] : JSON.parse(await engineOutput('inspect', ...ids));
  };

  /** Runs a program inside the one container of a service. */
  const inside = async (service, ...args) => (await compose('exec', '-T', service, ...args)).trim();

  /** Asked again each time: a free port may be another one after a restart. */
  const apiUrl = async () => `http://${(await compose('port', 'api', '8000')).trim()}`;

  let apiKey;
  const request = async (method, path, body) => {
    apiKey ??= await inside('api', 'cat', '/secrets/api/admin-key');
    const answer = await fetch(`${await apiUrl()}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };

  return {
    compose,
    engineOutput,
    inspect,
    inside,
    apiUrl,
    get: (path) => request('GET', path),
    post: (path, body = {}) => request('POST', path, body),
    session: (id) => request('GET', `${sessions}/${id}/`),
    sessionsOfTask: async (task) => (await request('GET', `${sessions}/?task=${task}`)).results,
    activeSessions: () => request('GET', `${sessions}/active/`),
    eventTypes: async (id) =>
      (await request('GET', `${sessions}/${id}/events/?limit=500`)).results.map(({ type }) => type),
    /** Values of one point, oldest first. @param {Date} from @param {Date} to */
    history: async (pointCode, from, to = new Date()) => {
      const range = { start_time: from.toISOString(), end_time: to.toISOString(), limit: '50000' };
      const query = new URLSearchParams({ point_code: pointCode, ...range });
      return (await request('GET', `${sessions}/point-history/?${query}`)).results;
    },
  };
}

/**
 * Waits until `look` answers something other than undefined and false; what it throws counts as "not yet".
 *
 * @template T
 * @param {string} what for the message of the error when it takes longer than `withinMs`
 * @param {() => Promise<T | undefined | false>} look
 * @returns {Promise<T>}
 */
export async function until(what, look, withinMs = 120_000) {
  const giveUpAt = performance.now() + withinMs;
  let last;
  for (;;) {
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${what}`, { cause: last });
    await pause(lookAgainMs);
  }
}
