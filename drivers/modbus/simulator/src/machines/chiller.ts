import { type Machine, machinePoint } from './machine.ts';
import { cyclePhase, statusWord, swing } from './motion.ts';

const setpointC = 8;
/** The compressor cools for the first part and rests for the second. */
const compressorCycleMs = 180_000;
const coolingPart = 0.6;
const hysteresisC = 1.2;

function isCompressorRunning(nowMs: number): boolean {
  return cyclePhase(nowMs, compressorCycleMs) < coolingPart;
}

/** Falls while the compressor runs, rises while it rests. */
export function supplyTemperatureC(nowMs: number): number {
  const phase = cyclePhase(nowMs, compressorCycleMs);
  const cooled = phase < coolingPart ? phase / coolingPart : (1 - phase) / (1 - coolingPart);
  return setpointC + hysteresisC * (1 - 2 * cooled);
}

function flowM3PerH(nowMs: number): number {
  return swing(nowMs, 18.4, 0.3, 20_000);
}

export function chiller(number: number): Machine {
  return {
    code: `chiller-${number}`,
    name: `冷水机 Chiller ${number}`,
    unitId: 3,
    points: [
      machinePoint({
        code: 'supply_temperature',
        name: '供水温度 Supply temperature',
        table: 'input_register',
        address: 0,
        data_type: 'int16',
        scale: 0.1,
        unit: '°C',
        valueAt: supplyTemperatureC,
      }),
      machinePoint({
        code: 'return_temperature',
        name: '回水温度 Return temperature',
        table: 'input_register',
        address: 1,
        data_type: 'int16',
        scale: 0.1,
        unit: '°C',
        valueAt: (now) => supplyTemperatureC(now - 15_000) + 4.6,
      }),
      machinePoint({
        code: 'outdoor_temperature',
        name: '室外温度 Outdoor temperature',
        table: 'input_register',
        address: 2,
        data_type: 'int16',
        scale: 0.1,
        unit: '°C',
        // Below zero at night, so that the sign is exercised.
        valueAt: (now) => swing(now, 2, 7, 86_400_000),
      }),
      machinePoint({
        code: 'flow',
        name: '流量 Flow',
        table: 'input_register',
        address: 3,
        scale: 0.1,
        unit: 'm³/h',
        valueAt: flowM3PerH,
      }),
      machinePoint({
        code: 'supply_setpoint',
        name: '供水温度设定 Supply setpoint',
        address: 0,
        data_type: 'int16',
        scale: 0.1,
        unit: '°C',
        writable: true,
        valid_min: 5,
        valid_max: 15,
        valueAt: () => setpointC,
      }),
      machinePoint({
        code: 'status_word',
        name: '状态字 Status word',
        address: 1,
        // Bits: power, pump, compressor, alarm.
        valueAt: (now) => statusWord(true, true, isCompressorRunning(now), false),
      }),
      machinePoint({
        code: 'compressor_running',
        name: '压缩机运行 Compressor running',
        table: 'coil',
        address: 0,
        data_type: 'bool',
        valueAt: isCompressorRunning,
      }),
      machinePoint({
        code: 'pump_running',
        name: '水泵运行 Pump running',
        table: 'coil',
        address: 1,
        data_type: 'bool',
        valueAt: () => true,
      }),
    ],
  };
}
