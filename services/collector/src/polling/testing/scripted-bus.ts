import type { RawBlock, ReadRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import type { DeviceBus } from '@holdfast/driver-modbus/link/device-bus.ts';
import { ReadFailure } from '@holdfast/driver-modbus/link/read-failure.ts';
import type { FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { quoted } from '@holdfast/texts/text.ts';

export interface Reply {
  readonly afterMs: number;
  /** Every register holds its own address unless the read fails. */
  readonly failure?: ConstructorParameters<typeof ReadFailure>[0];
  readonly exceptionCode?: number;
  /** Default: true. */
  readonly wasSent?: boolean;
  readonly isHeldBack?: boolean;
}

/** A bus in simulated time that does as the test says, and records what it was asked. */
export class ScriptedBus implements DeviceBus {
  readonly requests: { readonly atMs: number; readonly request: ReadRequest }[] = [];
  reply: (request: ReadRequest) => Reply = () => ({ afterMs: 0 });
  disconnects = 0;
  #inFlight = 0;
  readonly #time: FakeTime;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  read(request: ReadRequest): Promise<RawBlock> {
    if (this.#inFlight > 0) throw new Error('two requests at once on one endpoint');
    this.#inFlight += 1;
    this.requests.push({ atMs: this.#time.nowMs(), request });
    const { afterMs, failure, exceptionCode, wasSent = true, isHeldBack = false } = this.reply(request);
    return new Promise((resolve, reject) => {
      this.#time.after(afterMs, () => {
        this.#inFlight -= 1;
        const how = { wasSent, isHeldBack, ...(exceptionCode === undefined ? {} : { exceptionCode }) };
        if (failure) reject(new ReadFailure(failure, quoted(`${failure} on purpose`), how));
        else {
          const values = Array.from({ length: request.quantity }, (_, n) => request.address + n);
          resolve({ kind: 'registers', values });
        }
      });
    });
  }

  /** Forgets a request that never ended: from now on it belongs to another bus. */
  forget(): void {
    this.#inFlight = 0;
  }

  write(): Promise<void> {
    throw new Error('nothing is written in these tests');
  }

  disconnect(): void {
    this.disconnects += 1;
  }
}
