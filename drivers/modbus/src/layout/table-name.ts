import type { Text } from '@holdfast/texts/text.ts';
import { modbusText } from '../texts.ts';
import type { RegisterTable } from './point-layout.ts';

/** A table within a sentence. */
export const tableName = (table: RegisterTable): Text => modbusText(`name_${table}`);

/** A bit of a table within a sentence. */
export const bitName = (table: 'coil' | 'discrete_input'): Text => modbusText(`a_${table}`);
