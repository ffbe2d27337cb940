import { type Answer, sessionsPath } from '../api-under-test.ts';
import { type IdAt, places, sitesAt } from './places.ts';

/** Configures two sites, with a device, a point, a task and a running session at each place. */
export async function configureTwoHalls(
  call: (
    method: string,
    path: string,
    request: { readonly body: object },
  ) => Promise<Pick<Answer, 'status' | 'body'>>,
): Promise<IdAt> {
  const ids = new Map<string, number | string>();
  const create = async (path: string, body: object): Promise<Answer['body']> => {
    const answer = await call('POST', path, { body });
    if (answer.status !== 201) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  for (const code of ['hall-1', 'hall-2']) {
    ids.set(`sites ${code}`, (await create('/api/config/sites/', { code })).id);
  }
  let unit_id = 0;
  const deviceOf = async (code: string, site: string | undefined) => {
    unit_id += 1;
    const site_id = site === undefined ? null : ids.get(`sites ${site}`);
    const place = { host: '127.0.0.1', port: 9, unit_id };
    const { id } = await create('/api/config/devices/', { code, ...place, site_id });
    const register = { table: 'holding_register', address: 0, data_type: 'int16' };
    const point = await create('/api/config/points/', { device_id: id, code: `${code}-level`, ...register });
    return { device: id, point: point.id };
  };
  for (const place of places) {
    const [first, second] = sitesAt[place];
    const one = await deviceOf(`${place === 'both' ? 'hall-1-beside' : place}-press`, first);
    const all = second === undefined ? [one] : [one, await deviceOf('hall-2-beside-press', second)];
    const task = await create('/api/config/tasks/', {
      code: `${place}-task`,
      period_ms: 1_000,
      device_ids: all.map(({ device }) => device),
      point_ids: all.map(({ point }) => point),
    });
    ids.set(`tasks ${place}`, task.id);
    if (place !== 'both') {
      ids.set(`devices ${place}`, one.device);
      ids.set(`points ${place}`, one.point);
    }
    const { session_id } = await create(`${sessionsPath}/start-task/`, { task_id: task.id });
    ids.set(`sessions ${place}`, session_id);
  }
  return (kind, place) => ids.get(`${kind} ${place}`);
}
