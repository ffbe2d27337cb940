import { type Machine, type MachinePoint, machinePoint } from './machine.ts';
import { swing } from './motion.ts';

const meteredSince = Date.UTC(2025, 0, 1);
const meanPowerKw = 46;
const powerSwingKw = 9;
const powerSwingMs = 24_000;
const powerFactor = 0.91;
const nominalVoltage = 230;

function activePowerKw(nowMs: number): number {
  return swing(nowMs, meanPowerKw, powerSwingKw, powerSwingMs);
}

/** The integral of the active power, so that the two always agree. */
function energyKwh(nowMs: number): number {
  const hours = (ms: number): number => ms / 3_600_000;
  const turns = (2 * Math.PI * nowMs) / powerSwingMs;
  const swung = (powerSwingKw * hours(powerSwingMs) * (1 - Math.cos(turns))) / (2 * Math.PI);
  return Math.max(0, meanPowerKw * hours(nowMs - meteredSince) + swung);
}

function voltage(nowMs: number, phase: number): number {
  return swing(nowMs, nominalVoltage + phase * 0.4, 1.8, 61_000, phase / 3);
}

function current(nowMs: number, phase: number): number {
  return (activePowerKw(nowMs) * 1000) / 3 / voltage(nowMs, phase) / powerFactor;
}

/** Float32 with the low word first, as many meters send it. */
function float(point: Pick<MachinePoint, 'code' | 'name' | 'address' | 'unit' | 'valueAt'>): MachinePoint {
  return machinePoint({ ...point, table: 'input_register', data_type: 'float32', byte_order: 'CDAB' });
}

export function powerMeter(number: number): Machine {
  const phases = [0, 1, 2] as const;
  return {
    code: `meter-${number}`,
    name: `电能表 Power meter ${number}`,
    unitId: 2,
    points: [
      ...phases.map((phase) =>
        float({
          code: `voltage_l${phase + 1}`,
          name: `L${phase + 1}电压 Voltage L${phase + 1}`,
          address: phase * 2,
          unit: 'V',
          valueAt: (now) => voltage(now, phase),
        }),
      ),
      ...phases.map((phase) =>
        float({
          code: `current_l${phase + 1}`,
          name: `L${phase + 1}电流 Current L${phase + 1}`,
          address: 6 + phase * 2,
          unit: 'A',
          valueAt: (now) => current(now, phase),
        }),
      ),
      float({
        code: 'active_power',
        name: '有功功率 Active power',
        address: 12,
        unit: 'kW',
        valueAt: activePowerKw,
      }),
      float({
        code: 'power_factor',
        name: '功率因数 Power factor',
        address: 14,
        unit: '',
        valueAt: (now) => swing(now, powerFactor, 0.02, 47_000),
      }),
      float({
        code: 'frequency',
        name: '频率 Frequency',
        address: 16,
        unit: 'Hz',
        valueAt: (now) => swing(now, 50, 0.03, 33_000),
      }),
      machinePoint({
        code: 'energy',
        name: '有功电能 Active energy',
        table: 'input_register',
        address: 30,
        data_type: 'uint32',
        byte_order: 'CDAB',
        scale: 0.1,
        unit: 'kWh',
        valueAt: energyKwh,
      }),
    ],
  };
}
