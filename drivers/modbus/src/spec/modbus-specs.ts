import { modbusProtocols } from '../layout/connection.ts';
import { modbusSpec } from './modbus-spec.ts';

/** Modbus TCP, on a serial line, and in the frames of a serial line over TCP. */
export const modbusSpecs = modbusProtocols.map(modbusSpec);
