import { FaultBoard } from '@holdfast/plant/faults/fault-board.ts';
import { seededRandom, seedOf } from '@holdfast/plant/seeded-random.ts';
import type { Fault } from './fault.ts';
import { memoryOf } from './memory/memory-of.ts';
import type { UnitMemory } from './memory/unit-memory.ts';
import { limitsOfTheSpecification, type UnitIdentity, type UnitLimits } from './pdu.ts';
import type { PlantUnit } from './plant-config.ts';

/** One device as it runs. */
export interface Unit {
  readonly code: string;
  readonly unitId: number;
  readonly memory: UnitMemory;
  readonly limits: UnitLimits;
  readonly identity: UnitIdentity | undefined;
  readonly faults: FaultBoard<Fault>;
  /** Time that the device takes for an answer. */
  latencyMs(): number;
}

export function unitOf(unit: PlantUnit, startedAtMs: number): Unit {
  const { fixedMs = 0, jitterMs = 0 } = unit.latency ?? {};
  const random = seededRandom(seedOf(unit.code, 1));
  return {
    code: unit.code,
    unitId: unit.unitId,
    memory: memoryOf(unit.tables),
    limits: { ...limitsOfTheSpecification, ...unit.limits },
    identity: unit.identity,
    faults: new FaultBoard(unit.code, unit.faults ?? [], startedAtMs),
    latencyMs: () => (jitterMs === 0 ? fixedMs : fixedMs + random() * jitterMs),
  };
}
