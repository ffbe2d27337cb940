import type { RawBlock, ReadRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import type { DeviceBus } from '@holdfast/driver-modbus/link/device-bus.ts';
import { ReadFailure } from '@holdfast/driver-modbus/link/read-failure.ts';
import type { DeviceConfig, TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import { quoted } from '@holdfast/texts/text.ts';
import type { Referee } from './checks/referee.ts';
import type { SimProcess } from './kernel/process.ts';
import type { Random } from './kernel/random.ts';
import type { World } from './kernel/world.ts';
import { periodOf, registerOf } from './reading-of-version.ts';

const deviceTimeoutMs = 300;

/** One device for each task, at a host named after the task. The versions of its configuration read other registers, some at another period; two are alike. */
export class Plant {
  readonly #world: World;
  readonly #random: Random;
  /** Hosts whose device does not answer. */
  readonly silent = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork();
  }

  configFor(taskId: string, configVersion: number): TaskConfig {
    const device: DeviceConfig = {
      id: `d${taskId}`,
      code: `device-${taskId}`,
      name: '',
      site_code: '',
      protocol: 'modbus_tcp',
      mode: 'polled',
      timeout_ms: deviceTimeoutMs,
      connection: { host: hostOf(taskId), port: 502, unit_id: 1, max_registers: 125, max_bits: 2000 },
      points: [
        {
          code: 'p',
          name: '',
          address: { table: 'holding_register', address: registerOf(configVersion), byte_order: 'ABCD' },
          data_type: 'uint16',
          scale: 1,
          offset: 0,
          unit: '',
        },
      ],
    };
    return {
      schema_version: 3,
      task_id: taskId,
      task_code: `task-${taskId}`,
      task_name: '',
      config_version: configVersion,
      period_ms: periodOf(configVersion),
      devices: [device],
    };
  }

  /** A connection of a process to one host, as drivers/modbus/src/link/modbus-bus.ts behaves. */
  connect(process: SimProcess, host: string, referee: Referee, mayRequest: () => boolean): DeviceBus {
    const taskId = host.slice('device-of-'.length);
    let isConnected = false;
    let fail: ((error: ReadFailure) => void) | undefined;
    const wait = (ms: number, settle: () => void): void => {
      this.#world.after(ms, () => process.deliver(settle));
    };
    const read = (request: ReadRequest): Promise<RawBlock> =>
      new Promise((resolve, reject) => {
        let endRequest = (): void => undefined;
        const cancelTimeout = process.timers.after(request.timeoutMs, () => {
          isConnected = false;
          settle(() => reject(new ReadFailure('timeout', quoted('no answer in time'))));
        });
        let isSettled = false;
        const settle = (how: () => void): void => {
          if (isSettled) return;
          isSettled = true;
          fail = undefined;
          cancelTimeout();
          endRequest();
          how();
        };
        fail = (error) => settle(() => reject(error));
        const send = (): void => {
          if (isSettled) return;
          isConnected = true;
          if (!mayRequest()) {
            isConnected = false;
            settle(() =>
              reject(new ReadFailure('connection', quoted('not sent: the right to read has ended'))),
            );
            return;
          }
          endRequest = referee.requestStarted(process, taskId, request.address);
          if (this.silent.has(host)) {
            // The device gives up on it as soon as the asker does, running or not.
            this.#world.after(request.timeoutMs, endRequest);
            return;
          }
          this.#world.after(this.#random.between(1, 60), () => {
            endRequest();
            process.deliver(() => settle(() => resolve({ kind: 'registers', values: [request.address] })));
          });
        };
        if (isConnected) send();
        else wait(this.#random.between(1, 30), send);
      });
    return {
      read,
      write: () => Promise.reject(new Error('nothing is written in the simulation')),
      disconnect: () => {
        isConnected = false;
        fail?.(new ReadFailure('connection', quoted('disconnected by the collector')));
      },
    };
  }
}

export function hostOf(taskId: string): string {
  return `device-of-${taskId}`;
}
