import { widerThanItsReads } from '@holdfast/driver/blocks/block-forecast.ts';
import type { AssumedTimes, Forecast } from '@holdfast/driver/spec.ts';
import { isBitTable } from '../layout/point-layout.ts';
import { type BusSpeed, readMs } from '../plan/bus-time.ts';
import type { FlatDevice } from '../plan/flat-device.ts';
import { mapReads, planReads } from '../plan/plan-reads.ts';
import { readLimits } from '../plan/read-limits.ts';
import { modbusText } from '../texts.ts';

const reasons = {
  beyond_table_end: modbusText('beyond_table_end'),
  wider_than_device_limit: widerThanItsReads,
  excluded: modbusText('in_excluded_range'),
} as const;

/** The requests of a device from which nothing was learned yet, with the time that each takes on its bus. */
export function forecast(device: FlatDevice, assumed: AssumedTimes): Forecast {
  const map = mapReads(device.points, readLimits(device));
  const speed = speedOf(device, assumed);
  const pauseMs = device.profile?.request_pause_ms ?? 0;
  return {
    requests: (due) => {
      const duePoints = new Set(due);
      const points = map.readable.filter(({ number }) => duePoints.has(number));
      return planReads(map, points).map((block) => ({
        request: { table: block.table, address: block.address, quantity: block.quantity },
        points: block.points.map(({ point }) => point.code),
        ms: readMs(block, speed, pauseMs),
        registers: isBitTable(block.table) ? Math.ceil(block.quantity / 16) : block.quantity,
      }));
    },
    unreadable: map.unreadable.map(({ point, reason }) => ({ point: point.code, reason: reasons[reason] })),
  };
}

function speedOf(
  { protocol, serial }: FlatDevice,
  { roundTripMs, turnaroundMs, isMeasured }: AssumedTimes,
): BusSpeed {
  if (protocol !== 'modbus_rtu' || !serial) return { kind: 'tcp', roundTripMs };
  const { baud_rate: baudRate, parity, stop_bits: stopBits } = serial;
  const line = { kind: 'serial', baudRate, parity, stopBits } as const;
  return isMeasured ? { ...line, turnaroundMs: 0, atLeastMs: roundTripMs } : { ...line, turnaroundMs };
}
