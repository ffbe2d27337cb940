import { InvalidMeasurement } from '../benchmark.ts';
import { median } from '../median.ts';
import type { Load } from './http-load.ts';
import type { LoadOptions } from './load-options.ts';
import type { MeasuredApi } from './measured-api.ts';

const sessions = '/api/acquisition/sessions';

interface AccessLoad {
  readonly send: (options: LoadOptions) => Promise<Load>;
  readonly connections: number;
  readonly rounds: number;
  /** Reads of one session by each caller in a round. */
  readonly reads: number;
  /** Sessions in the list, at each of two sites; the list is read a tenth as often. */
  readonly listed: number;
  readonly progress: (line: string) => void;
}

type Headers = Readonly<Record<string, string>>;

/**
 * Measures the cost of access control: a request with a login, and one without any, against the same with a key; and the list
 * of one site's sessions against a list of all that is as long. Each ratio compares pairs of one round; next to it stands
 * what the same measurement gives for two that are the same.
 */
export async function accessCosts(
  measured: MeasuredApi,
  { send, connections, rounds, reads, listed, progress }: AccessLoad,
): Promise<Record<string, number>> {
  progress(`starting ${2 * listed} sessions at two sites`);
  const session = await startSessions(measured, listed);
  const key = await viewerKey(measured, 'viewer of all', ['*']);
  const ofOneSite = await viewerKey(measured, 'viewer of one site', ['hall-1']);
  const login = await viewerLogin(measured);
  const rates = async (path: string, callers: readonly Headers[], requests: number) => {
    const ratesOfRounds: number[][] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const each: number[] = [];
      for (const headers of callers) {
        const sends = () => [{ request: () => ({ method: 'GET' as const, path }) }];
        each.push((await send({ url: measured.url, connections, headers, requests, sends })).perSecond);
      }
      // The first round warms up.
      if (round > 0) ratesOfRounds.push(each);
    }
    return ratesOfRounds;
  };

  // In turns, with the key between the others: each caller is compared with the key before and behind it.
  const byCaller = await rates(`${sessions}/${session}/`, [key, login, key, {}, key], reads);
  const path = `${sessions}/?limit=${listed}`;
  await requireLength(measured, path, [key, ofOneSite], listed);
  const byList = await rates(path, [key, ofOneSite, key], Math.max(connections, Math.round(reads / 10)));
  const figures = {
    request_by_key_per_second: whole(byCaller.map(([rate = 0]) => rate)),
    request_by_login_per_second: whole(byCaller.map(([, rate = 0]) => rate)),
    request_by_nobody_per_second: whole(byCaller.map(([, , , rate = 0]) => rate)),
    login_of_key: share(byCaller, 1, [0, 2]),
    login_of_nobody: share(byCaller, 1, [3]),
    key_of_key: share(byCaller, 2, [0, 4]),
    sessions_of_a_list: listed,
    list_of_all_sites_per_second: whole(byList.map(([rate = 0]) => rate)),
    list_of_one_site_per_second: whole(byList.map(([, rate = 0]) => rate)),
    list_of_one_site_of_all: share(byList, 1, [0, 2]),
    list_of_all_of_all: share(byList, 2, [0]),
  };
  progress(
    `a request by a login is as fast as ${figures.login_of_key} by a key (key of key ${figures.key_of_key}); a list of one site as ${figures.list_of_one_site_of_all} of all (all of all ${figures.list_of_all_of_all})`,
  );
  return figures;
}

/** The median over all rounds of one rate over the mean of others. */
function share(rounds: readonly (readonly number[])[], one: number, others: readonly number[]): number {
  const shares = rounds.map((rates) => {
    const mean = others.reduce((sum, index) => sum + (rates[index] ?? 0), 0) / others.length;
    return (rates[one] ?? 0) / mean;
  });
  return Math.round(median(shares) * 1_000) / 1_000;
}

function whole(rates: readonly number[]): number {
  return Math.round(median(rates));
}

/** Starts sessions at two sites by turns. @returns the newest */
async function startSessions(measured: MeasuredApi, ofEach: number): Promise<string> {
  const devices: number[] = [];
  for (const [index, code] of ['hall-1', 'hall-2'].entries()) {
    const site = await measured.create('/api/config/sites/', { code });
    const place = { host: '127.0.0.1', unit_id: index + 2, site_id: site.id };
    const { id: device_id } = await measured.create('/api/config/devices/', {
      code: `${code}-press`,
      ...place,
    });
    const point = { code: 'temperature', table: 'holding_register', address: 0, data_type: 'int16' };
    await measured.create('/api/config/points/', { device_id, ...point });
    devices.push(device_id);
  }
  let newest = '';
  for (let index = 0; index < 2 * ofEach; index += 1) {
    const device = devices[index % 2];
    const task = { code: `listed-${index}`, period_ms: 1_000, device_ids: [device] };
    const { id } = await measured.create('/api/config/tasks/', task);
    newest = (await measured.create(`${sessions}/start-task/`, { task_id: id })).session_id ?? '';
  }
  return newest;
}

async function viewerKey(measured: MeasuredApi, name: string, sites: readonly string[]): Promise<Headers> {
  const { key } = await measured.create('/api/system/keys/', { name, role: 'viewer', sites });
  return { authorization: `Bearer ${key}` };
}

/** A person sets the password by the administrator's link. @returns the cookie of a login */
async function viewerLogin(measured: MeasuredApi): Promise<Headers> {
  const { password_link } = await measured.create('/api/system/users/', { login: 'anna', role: 'viewer' });
  const response = await fetch(`${measured.url}/api/login/link/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: measured.url },
    body: JSON.stringify({ link: password_link?.link, password: 'a long one for the bench' }),
  });
  const [cookie] = response.headers.getSetCookie();
  if (cookie === undefined) throw new InvalidMeasurement(`no login: ${await response.text()}`);
  return { cookie: cookie.split(';', 1)[0] ?? '' };
}

async function requireLength(
  { url }: MeasuredApi,
  path: string,
  callers: readonly Headers[],
  length: number,
): Promise<void> {
  for (const headers of callers) {
    const response = await fetch(`${url}${path}`, { headers: { ...headers } });
    const { results } = (await response.json()) as { results?: readonly unknown[] };
    if (results?.length !== length) {
      throw new InvalidMeasurement(`a list of ${results?.length} sessions in place of ${length}`);
    }
  }
}
