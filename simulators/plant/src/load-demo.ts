import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import {
  sitePageSchema,
  siteViewSchema,
  type TaskView,
  taskPageSchema,
  taskViewSchema,
} from '@holdfast/shared/contracts/http/configuration-http.ts';
import { devicePageSchema, deviceViewSchema } from '@holdfast/shared/contracts/http/device-http.ts';
import { pointPageSchema } from '@holdfast/shared/contracts/http/point-http.ts';
import { sessionPageSchema, startedTaskSchema } from '@holdfast/shared/contracts/http/session-http.ts';
import * as z from 'zod';
import type { DemoConfiguration } from './workshop.ts';

export type LoadedDemo =
  /** There are tasks, but not the demo's: a user removed it and put others in its place. */
  { readonly kind: 'not_wanted' } | { readonly kind: 'started' | 'found'; readonly sessionId: string };

/**
 * Brings the demo configuration into the API and starts its session, each once. Anything that a user has changed, removed
 * or stopped since stays so. Safe to repeat: after an interrupted run, the next one adds what is missing.
 */
export async function loadDemo(
  api: Pick<PatientClient, 'get' | 'post'>,
  demo: DemoConfiguration,
): Promise<LoadedDemo> {
  const [demoTask] = demo.tasks;
  if (demoTask === undefined) throw new Error('the demo configuration has no task');
  let task = await findTask(api, demoTask.code);
  if (task === undefined) {
    const { results } = await api.get('/api/config/tasks/?limit=1', taskPageSchema);
    if (results.length > 0) return { kind: 'not_wanted' };
    task = await createDemoConfiguration(api, demo, demoTask);
  }
  const sessions = '/api/acquisition/sessions';
  const { results } = await api.get(`${sessions}/?task=${task.id}&limit=1`, sessionPageSchema);
  const [last] = results;
  if (last !== undefined) return { kind: 'found', sessionId: last.id };
  const body = { task_id: task.id, metadata: { started_by: 'demo' } };
  const { session_id } = await api.post(`${sessions}/start-task/`, body, startedTaskSchema);
  return { kind: 'started', sessionId: session_id };
}

/** Creates each thing only where it is missing. The task comes last, so that its presence proves that all is there. */
async function createDemoConfiguration(
  api: Pick<PatientClient, 'get' | 'post'>,
  demo: DemoConfiguration,
  demoTask: DemoConfiguration['tasks'][number],
): Promise<TaskView> {
  const siteIds = new Map<string, number>();
  for (const site of demo.sites) {
    const { results } = await api.get(`/api/config/sites/?${byCode(site.code)}`, sitePageSchema);
    const view = results[0] ?? (await api.post('/api/config/sites/', site, siteViewSchema));
    siteIds.set(site.code, view.id);
  }
  const deviceIds = new Map<string, number>();
  for (const { site_code, ...device } of demo.devices) {
    const { results } = await api.get(`/api/config/devices/?${byCode(device.code)}`, devicePageSchema);
    const body = { ...device, site_id: idOf(siteIds, site_code) };
    const view = results[0] ?? (await api.post('/api/config/devices/', body, deviceViewSchema));
    deviceIds.set(device.code, view.id);
  }
  for (const [code, device_id] of deviceIds) {
    const { results } = await api.get(`/api/config/points/?device_id=${device_id}&limit=1`, pointPageSchema);
    if (results.length > 0) continue;
    const points = demo.points
      .filter((point) => point.device_code === code)
      .map(({ device_code: _, ...point }) => ({ ...point, device_id }));
    await api.post('/api/config/points/', points, z.unknown());
  }
  const { device_codes, ...task } = demoTask;
  const device_ids = device_codes.map((code) => idOf(deviceIds, code));
  return api.post('/api/config/tasks/', { ...task, device_ids }, taskViewSchema);
}

async function findTask(
  api: Pick<PatientClient, 'get' | 'post'>,
  code: string,
): Promise<TaskView | undefined> {
  const { results } = await api.get(`/api/config/tasks/?${byCode(code)}`, taskPageSchema);
  return results[0];
}

function byCode(code: string): string {
  return new URLSearchParams({ code }).toString();
}

function idOf(ids: ReadonlyMap<string, number>, code: string): number {
  const id = ids.get(code);
  if (id === undefined) throw new Error(`the demo configuration names ${code} without describing it`);
  return id;
}
