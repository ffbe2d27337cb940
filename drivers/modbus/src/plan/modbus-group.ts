import type { Group } from '@holdfast/driver/requests.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ReadRequest } from '../layout/requests.ts';
import { tableName } from '../layout/table-name.ts';
import { modbusText } from '../texts.ts';
import type { BlockDecoder } from './decode-block.ts';
import type { ReadBlock } from './read-plan.ts';

/** A block with its decoder and places, made once for all devices with the same points. */
export interface DecodedBlock {
  readonly block: ReadBlock;
  readonly decode: BlockDecoder;
  /** Places of its values. */
  readonly values: readonly number[];
  /** The registers or bits of the block that hold a value, or undefined for a value of another block. */
  readonly extentOf: (at: number) => { readonly offset: number; readonly width: number } | undefined;
}

/** One read of a device. */
export class ModbusGroup implements Group {
  readonly shared: DecodedBlock;
  readonly request: ReadRequest;
  /** Set on a probe: whether a refused point can be read by now, or a device that has refused everything. */
  readonly probeOf: 'point' | 'device' | undefined;

  constructor(shared: DecodedBlock, request: ReadRequest, probeOf?: 'point' | 'device') {
    this.shared = shared;
    this.request = request;
    this.probeOf = probeOf;
  }

  get key(): string {
    const { table, address, quantity } = this.request;
    return `${table} ${address}+${quantity}`;
  }

  get values(): readonly number[] {
    return this.shared.values;
  }

  inWords(): Text {
    const { unitId, table, address, quantity } = this.request;
    return modbusText('block_of_unit', {
      ...{ unit: unitId, table: tableName(table) },
      ...{ from: address, to: address + quantity - 1 },
    });
  }

  describe(): { table: string; address: number; quantity: number } {
    const { table, address, quantity } = this.request;
    return { table, address, quantity };
  }
}
