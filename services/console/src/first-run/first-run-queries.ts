import type { SiteView, TaskView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { DeviceTestView, DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceDetail, DeviceView } from '@holdfast/shared/contracts/http/device-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import type { ListedSession, SessionView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/api.ts';

const most = 50_000;
const readList = <T>(path: string, query = {}) =>
  api.list(path, query, most) as Promise<unknown> as Promise<T[]>;

export function useSites() {
  return useQuery({
    queryKey: ['configuration', 'sites'],
    queryFn: () => readList<SiteView>('/api/config/sites/'),
  });
}

export function useTasks() {
  return useQuery({
    queryKey: ['configuration', 'tasks'],
    queryFn: () => readList<TaskView>('/api/config/tasks/'),
  });
}

export function useDevice(id: number) {
  return useQuery({
    queryKey: ['configuration', 'device', id],
    queryFn: () => api.get<DeviceDetail>(`/api/config/devices/${id}/`),
    retry: false,
  });
}

export function usePoints(deviceId: number) {
  return useQuery({
    queryKey: ['configuration', 'points', deviceId],
    queryFn: () => readList<PointView>('/api/config/points/', { device_id: deviceId }),
  });
}

/** Sessions that run or are paused. */
export function useActiveSessions() {
  return useQuery({
    queryKey: ['sessions', 'active'],
    queryFn: () =>
      api.get<ListedSession[]>('/api/acquisition/sessions/active/', { status: 'running,paused' }),
  });
}

/** A device that was created and is not read yet. */
export interface UnfinishedDevice {
  readonly device: DeviceView;
  readonly points: readonly PointView[];
  /** The only task with this device, which was never started. */
  readonly task: TaskView | undefined;
}

const mostUnfinished = 20;

export function useUnfinished() {
  return useQuery({ queryKey: ['configuration', 'unfinished'], queryFn: readUnfinished });
}

async function readUnfinished(): Promise<{
  readonly devices: number;
  readonly unfinished: UnfinishedDevice[];
}> {
  const [devices, tasks] = await Promise.all([
    readList<DeviceView>('/api/config/devices/'),
    readList<TaskView>('/api/config/tasks/'),
  ]);
  const tasksOf = (id: number) => tasks.filter(({ device_ids: ids }) => ids.includes(id));
  const candidates = devices.filter(({ id }) => tasksOf(id).length < 2).slice(-mostUnfinished);
  const devicesFound = await Promise.all(
    candidates.map(async (device): Promise<UnfinishedDevice | undefined> => {
      const [task] = tasksOf(device.id);
      if (task !== undefined && (await wasStarted(task))) return undefined;
      return {
        device,
        task,
        points: await readList<PointView>('/api/config/points/', { device_id: device.id }),
      };
    }),
  );
  return { devices: devices.length, unfinished: devicesFound.filter((each) => each !== undefined).reverse() };
}

async function wasStarted({ id }: TaskView): Promise<boolean> {
  const { results } = await api.get<{ results: SessionView[] }>('/api/acquisition/sessions/', {
    task: id,
    limit: 1,
  });
  return results.length > 0;
}

export function tryDevice(device: object, points: readonly object[] = []): Promise<DeviceTrialView> {
  return api.post<DeviceTrialView & Record<string, unknown>>('/api/config/devices/try/', { device, points });
}

export function testDevice(id: number): Promise<DeviceTestView> {
  return api.post<DeviceTestView & Record<string, unknown>>(`/api/config/devices/${id}/test/`);
}

/** A stored device as a body for a creation. */
export function bodyOfDevice({ id: _, learned_limits: __, ...body }: DeviceDetail): Record<string, unknown> {
  return body;
}
