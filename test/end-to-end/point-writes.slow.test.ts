import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { auditEntrySchema } from '@holdfast/shared/contracts/audit-entry.ts';
import { streamNames } from '@holdfast/shared/contracts/subjects.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import type { RestClient } from '../support/rest-client.ts';
import { type PressPlant, startPressPlant } from './press-plant.ts';

let rest: RestClient;
let plant: PressPlant['plant'];
let points: PressPlant['points'];
let writes: PressPlant['writes'];
let natsUrl: string;
let deviceId: number;

beforeAll(async () => {
  const press = await startPressPlant();
  ({ rest, plant, points, writes, natsUrl, deviceId } = press);
  // The point is polled meanwhile, as it usually is at a write.
  await rest.create('/api/acquisition/sessions/start-task/', { task_id: press.taskId });
});

describe('a point that is written', () => {
  const write = (code: string, value: unknown) =>
    rest.post(`/api/acquisition/points/${points.get(code)}/write/`, { value, reason: 'trial' });

  it('gets the value with one request and is read back, while its session is polled', async () => {
    writes.length = 0;
    const { status, body } = await write('setpoint', 21.5);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      outcome: 'written',
      before: { quality: 'good', value: 0, raw: ['0x0000', '0x0000'] },
      sent: ['0x41AC', '0x0000'],
      read_back: { quality: 'good', value: 21.5 },
    });
    expect(await write('setpoint', 22.5)).toMatchObject({ body: { before: { value: 21.5 } } });
    expect(await write('lamp', true)).toMatchObject({ status: 200, body: { read_back: { value: true } } });
    expect(writes).toEqual([
      { functionCode: 16, address: 50 },
      { functionCode: 16, address: 50 },
      { functionCode: 5, address: 3 },
    ]);
  });

  it('is left alone when it is not writable, or the value does not fit', async () => {
    writes.length = 0;
    expect(await write('first', 1)).toMatchObject({ status: 409, body: { code: 'point_not_writable' } });
    expect(await write('setpoint', 301)).toMatchObject({ status: 409, body: { code: 'write_refused' } });
    expect(await write('setpoint', 'warm')).toMatchObject({ status: 409, body: { code: 'write_refused' } });
    expect(writes).toEqual([]);
  });

  it('is written by no collector that lacks the labels of its task: its address may be another device there', async () => {
    const { id } = await rest.create('/api/config/devices/', { code: 'far', host: '127.0.0.2' });
    const point = { code: 'valve', table: 'coil', data_type: 'bool', address: 0, writable: true };
    const { id: valve } = await rest.create('/api/config/points/', { ...point, device_id: id });
    const required_labels = { machine: 'other' };
    await rest.create('/api/config/tasks/', {
      code: 'far',
      period_ms: 1000,
      device_ids: [id],
      required_labels,
    });
    const calls = [
      [`acquisition/points/${valve}/write`, { value: true }],
      [`config/devices/${id}/test`, {}],
    ] as const;
    for (const [path, body] of calls) {
      const answer = await rest.post(`/api/${path}/`, body);
      expect(answer).toMatchObject({ status: 503, body: { code: 'no_collector' } });
      expect(answer.body.detail).toContain('machine=other');
    }
  });

  it('is written through the session that reads it, whatever labels another task of its device requires', async () => {
    await rest.create('/api/config/tasks/', {
      code: 'elsewhere',
      period_ms: 1000,
      device_ids: [deviceId],
      required_labels: { machine: 'other' },
    });
    expect(await write('lamp', false)).toMatchObject({ status: 200, body: { collector_id: 'c1' } });
    const tested = await rest.post(`/api/config/devices/${deviceId}/test/`);
    expect(tested).toMatchObject({ status: 200, body: { collector_id: 'c1' } });
  });

  it('goes to the address that it has in the configuration now, whatever its session reads', async () => {
    const { id } = await rest.create('/api/config/points/', {
      ...{ device_id: deviceId, table: 'holding_register', data_type: 'uint16', writable: true },
      ...{ code: 'moved', address: 2 },
    });
    await new ApiClient({ url: rest.url }).patch(`/api/config/points/${id}/`, { address: 51 });
    writes.length = 0;
    for (const value of [7, 8]) {
      const answer = await rest.post(`/api/acquisition/points/${id}/write/`, { value });
      expect(answer).toMatchObject({ status: 200, body: { read_back: { value } } });
    }
    expect(writes.map(({ address }) => address)).toEqual([51, 51]);
  });

  it('that the device refuses is reported as such', async () => {
    expect(await write('locked', 7)).toMatchObject({ status: 502, body: { code: 'write_failed' } });
  });

  it('is sent once when the device does not answer, and the outcome is reported as unknown', async () => {
    writes.length = 0;
    plant.setFault('press', { kind: 'silence' });
    const answer = await write('setpoint', 22);
    plant.clearFault('press');
    expect(answer).toMatchObject({ status: 504, body: { code: 'write_outcome_unknown' } });
    expect(writes).toHaveLength(1);
  });

  it('is in the audit log before it is sent, and again with its outcome', async () => {
    const nc = await connectionForTest(natsUrl);
    const entries = [];
    for await (const { data } of readStream(nc, streamNames.audit)) {
      const entry = auditEntrySchema.parse(JSON.parse(data));
      if (entry.action === 'point.write') entries.push(entry);
    }
    const ofSetpoint = entries.filter(({ target }) => target === 'device press point setpoint');
    expect(ofSetpoint.map(({ outcome }) => outcome)).toEqual([
      'requested',
      'done',
      'requested',
      'done',
      'requested',
      'refused',
      'requested',
      'refused',
      'requested',
      'unknown',
    ]);
    expect(ofSetpoint[1]?.data).toMatchObject({
      value: 21.5,
      before: { value: 0 },
      collector: 'c1',
      reason: 'trial',
    });
    expect(entries.some(({ target, outcome }) => target.endsWith('first') && outcome === 'refused')).toBe(
      true,
    );
  });

  it('with an Idempotency-Key is sent once, however often it is asked for and whatever came of it', async () => {
    const keyed = async (key: string, value: number) => {
      const path = `/api/acquisition/points/${points.get('setpoint')}/write/`;
      const response = await fetch(`${rest.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ value }),
        signal: AbortSignal.timeout(60_000),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    writes.length = 0;
    const first = await keyed('write-1', 23);
    expect(first).toMatchObject({ status: 200, body: { outcome: 'written' } });
    expect(await keyed('write-1', 23)).toEqual(first);
    expect(writes).toHaveLength(1);

    plant.setFault('press', { kind: 'silence' });
    const unknown = await keyed('write-2', 24);
    plant.clearFault('press');
    const again = await keyed('write-2', 24);
    for (const answer of [unknown, again]) {
      expect(answer).toMatchObject({ status: 504, body: { code: 'write_outcome_unknown' } });
    }
    expect(writes).toHaveLength(2);
  });
});

describe('writing a point on the command line', () => {
  it('takes the point by device and code or by its id, and says what was read back', async () => {
    const cli = cliForTest({ HOLDFAST_URL: rest.url });
    const done = await cli.run('points', 'write', 'press/setpoint', '21.5', '--reason', 'trial', '--table');
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('21.5');
    expect(done.stdout).toMatch(/It held 2[34] before/);
    const byId = await cli.run('points', 'write', String(points.get('setpoint')), '22');
    expect(JSON.parse(byId.stdout)).toMatchObject({ outcome: 'written' });
    const locked = await cli.run('points', 'write', 'press/first', '1');
    expect([locked.code, locked.stderr]).toEqual([1, expect.stringContaining('point_not_writable')]);
    const none = await cli.run('points', 'write', 'press/nothing', '1');
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no point')]);
    expect((await cli.run('points', 'write', 'setpoint', '1')).code).toBe(2);
    expect((await cli.run('points', 'write', 'press/setpoint', '')).code).toBe(1);
  });

  it('takes a text as it was typed, though it looks like a number or is empty', async () => {
    const cli = cliForTest({ HOLDFAST_URL: rest.url });
    const holding = { device_id: deviceId, table: 'holding_register', address: 50, writable: true };
    const text = { ...holding, code: 'recipe', data_type: 'string', length: 2 };
    const { id } = await rest.create('/api/config/points/', text);
    for (const value of ['007', '1.50', 'true', '']) {
      const byCode = await cli.run('points', 'write', 'press/recipe', value);
      expect([byCode.stderr, byCode.code]).toEqual(['', 0]);
      expect(JSON.parse(byCode.stdout).read_back.value).toBe(value);
    }
    const byId = await cli.run('points', 'write', String(id), '08');
    expect(JSON.parse(byId.stdout).read_back.value).toBe('08');
  });
});
