import { imageMemory } from './image-memory.ts';
import type { RegisterImage } from './register-image.ts';
import type { UnitMemory } from './unit-memory.ts';

export function memoryOf(tables: RegisterImage | UnitMemory): UnitMemory {
  return 'read' in tables ? tables : imageMemory(tables);
}
