import { type Machine, machinePoint } from './machine.ts';
import { cyclePhase, ramp, statusWord, swing } from './motion.ts';

/** One shot: close the mould, inject, hold, cool, open, eject. */
export const cycleMs = 24_000;
/** When the shot counter was at 0. */
const countingSince = Date.UTC(2025, 0, 1);
/** The hopper runs low for the last two minutes of each half hour. */
const hopperMs = 1_800_000;
const openStrokeMm = 480;

const zoneSetpoints = [185, 205, 220, 225, 230] as const;

function phaseAt(nowMs: number): number {
  return cyclePhase(nowMs, cycleMs);
}

/** 0 is closed. */
export function mouldPositionMm(nowMs: number): number {
  const phase = phaseAt(nowMs);
  return openStrokeMm * (1 - ramp(phase, 0, 0.1) + ramp(phase, 0.8, 0.9));
}

function injectionPressureBar(nowMs: number): number {
  const phase = phaseAt(nowMs);
  const injecting = 1250 * ramp(phase, 0.1, 0.18) - 650 * ramp(phase, 0.25, 0.28);
  return Math.max(0, injecting - 600 * ramp(phase, 0.4, 0.43));
}

function screwPositionMm(nowMs: number): number {
  const phase = phaseAt(nowMs);
  return 120 - 110 * ramp(phase, 0.1, 0.25) + 110 * ramp(phase, 0.45, 0.75);
}

export function shotCounter(nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - countingSince) / cycleMs));
}

/** Each shot differs a little from the one before, but the same shot always gives the same time. */
function lastCycleTimeS(nowMs: number): number {
  return cycleMs / 1000 + 0.18 * Math.sin(shotCounter(nowMs) * 2.4);
}

function isMaterialLow(nowMs: number): boolean {
  return cyclePhase(nowMs, hopperMs) > 1 - 120_000 / hopperMs;
}

function isGuardOpen(nowMs: number): boolean {
  return phaseAt(nowMs) > 0.92;
}

function isMouldClosed(nowMs: number): boolean {
  return mouldPositionMm(nowMs) < 0.5;
}

function isHeating(nowMs: number, zone: number): boolean {
  return cyclePhase(nowMs + zone * 1700, 9000) < 0.45;
}

export function injectionMouldingMachine(number: number): Machine {
  return {
    code: `imm-${number}`,
    name: `海天注塑机 Haitian injection moulding machine ${number}`,
    unitId: 1,
    points: [
      ...zoneSetpoints.map((setpoint, zone) =>
        machinePoint({
          code: `barrel_zone_${zone + 1}_temperature`,
          name: `料筒${zone + 1}区温度 Barrel zone ${zone + 1} temperature`,
          address: zone,
          data_type: 'int16',
          scale: 0.1,
          unit: '°C',
          valueAt: (now) => swing(now, setpoint, 1.4, 95_000, zone / 5),
        }),
      ),
      machinePoint({
        code: 'mould_position',
        name: '模具位置 Mould position',
        address: 10,
        scale: 0.1,
        unit: 'mm',
        valueAt: mouldPositionMm,
      }),
      machinePoint({
        code: 'screw_position',
        name: '螺杆位置 Screw position',
        address: 11,
        scale: 0.1,
        unit: 'mm',
        valueAt: screwPositionMm,
      }),
      machinePoint({
        code: 'injection_pressure',
        name: '注射压力 Injection pressure',
        address: 12,
        unit: 'bar',
        valueAt: injectionPressureBar,
      }),
      machinePoint({
        code: 'cycle_time',
        name: '周期时间 Cycle time',
        address: 13,
        scale: 0.01,
        unit: 's',
        valueAt: lastCycleTimeS,
      }),
      machinePoint({
        code: 'shot_counter',
        name: '模次 Shot counter',
        address: 14,
        data_type: 'uint32',
        valueAt: shotCounter,
      }),
      machinePoint({
        code: 'status_word',
        name: '状态字 Status word',
        address: 20,
        // Bits: power, pump, automatic, mould closed, injecting, alarm.
        valueAt: (now) =>
          statusWord(true, true, true, isMouldClosed(now), injectionPressureBar(now) > 0, isMaterialLow(now)),
      }),
      ...zoneSetpoints.map((_, zone) =>
        machinePoint({
          code: `heater_${zone + 1}_on`,
          name: `${zone + 1}区加热 Heater ${zone + 1} on`,
          table: 'coil',
          address: zone,
          data_type: 'bool',
          valueAt: (now) => isHeating(now, zone),
        }),
      ),
      machinePoint({
        code: 'pump_on',
        name: '油泵运行 Pump on',
        table: 'coil',
        address: 5,
        data_type: 'bool',
        valueAt: () => true,
      }),
      machinePoint({
        code: 'alarm_material_low',
        name: '缺料报警 Material low',
        table: 'discrete_input',
        address: 0,
        data_type: 'bool',
        valueAt: isMaterialLow,
      }),
      machinePoint({
        code: 'guard_door_open',
        name: '安全门打开 Guard door open',
        table: 'discrete_input',
        address: 1,
        data_type: 'bool',
        valueAt: isGuardOpen,
      }),
      machinePoint({
        code: 'mould_closed',
        name: '模具闭合 Mould closed',
        table: 'discrete_input',
        address: 2,
        data_type: 'bool',
        valueAt: isMouldClosed,
      }),
    ],
  };
}
