import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import { taskConfigsStream } from '@holdfast/shared/jetstream/streams/stream-configs.ts';
import { expect, it } from 'vitest';
import { askBroker } from '../support/ask-broker.ts';
import { connectionForTest } from '../support/connection-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { nodesOfCluster, streamsOnThreeNodes } from './nodes-of-cluster.ts';

const patient = { intervalMs: 20 };

/** Some 300 kB, so that it takes several messages. */
function config(task: string): TaskConfig {
  const points = Array.from({ length: 1_800 }, (_, address) => ({
    ...{ code: `point-${address}`, name: '', data_type: 'uint16' as const, scale: 1, offset: 0, unit: '' },
    address: { table: 'holding_register', address, byte_order: 'ABCD' },
  }));
  return {
    ...{
      schema_version: 3,
      task_id: task,
      task_code: task,
      task_name: '',
      config_version: 1,
      period_ms: 1_000,
    },
    devices: [
      {
        ...{ id: 'press', code: 'press', name: '', site_code: '', protocol: 'modbus_tcp', mode: 'polled' },
        ...{ timeout_ms: 1_000, connection: { host: '10.0.0.1' }, points },
      },
    ],
  };
}

it('no snapshot of a configuration is refused because its bucket elects a leader, and each is whole', async () => {
  const [node] = await Promise.all((await nodesOfCluster(3)).map((start) => start()));
  const nc = await connectionForTest(node?.url ?? '');
  await streamsOnThreeNodes(nc, { taskConfigsMaxBytes: 64 * 1024 * 1024 });
  const store = await TaskConfigStore.open(nc);
  const configs: TaskConfig[] = [];
  const failures: unknown[] = [];
  let isOver = false;
  const storeOneAfterTheOther = async (writer: number) => {
    for (let number = 0; !isOver && failures.length === 0; number += 1) {
      const each = config(`${writer}-${number}`);
      try {
        expect(await store.put(each)).toBe('stored');
        expect(await store.has(each)).toBe(true);
        configs.push(each);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  const writers = Array.from({ length: 4 }, (_, writer) => storeOneAfterTheOther(writer));
  for (let election = 0; election < 8; election += 1) {
    const before = configs.length;
    await eventually(() => failures.length > 0 || configs.length >= before + 8, {
      ...{ what: 'snapshots to be stored', ...patient },
    });
    await askBroker(nc, `$JS.API.STREAM.LEADER.STEPDOWN.${taskConfigsStream}`, '');
  }
  isOver = true;
  await Promise.all(writers);
  expect(failures).toEqual([]);
  for (const each of configs) {
    expect(await store.load(each.task_id, 1)).toEqual({ ok: true, config: each });
  }
}, 300_000);
