import type { ProtocolAdvice } from '@holdfast/driver/spec.ts';
import type { Text } from '@holdfast/texts/text.ts';
import type { ModbusProtocol } from '../layout/connection.ts';
import { modbusText } from '../texts.ts';

const ofNetwork = modbusText('try_another_unit_id_1_255');
const ofLine = modbusText('compare_unit_id_baud_rate_parity');

const busy = modbusText('it_says_that_it_is_busy');
const unreached = modbusText('the_gateway_says_that_the_unit');

/** Advice by exception code. */
const refusals: Readonly<Record<string, Text>> = {
  '1': modbusText('refusal_1'),
  '2': modbusText('refusal_2'),
  '3': modbusText('refusal_3'),
  '4': modbusText('refusal_4'),
  '5': busy,
  '6': busy,
  '10': unreached,
  '11': unreached,
};

export function adviceOf(protocol: ModbusProtocol): ProtocolAdvice {
  return {
    silent: protocol === 'modbus_rtu' ? ofLine : ofNetwork,
    noValue: modbusText('try_another_table_or_an_address'),
    refusals,
  };
}
