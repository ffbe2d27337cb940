import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { ProtocolAdvice } from '@holdfast/driver/spec.ts';
import type { ModbusProtocol } from '../layout/connection.ts';

const ofNetwork = both(
  'Try another unit id: 1, 255 or 0 for a device with its own address, its station number behind a gateway. Then the other way to connect (Modbus TCP against RTU over TCP), and last a longer timeout.',
  '请换一个站号：有独立 IP 地址的设备试 1、255 或 0，网关后面的设备用其自身站号。仍无应答则换一种连接方式（Modbus TCP 与 RTU over TCP 互换），最后延长超时时间。',
);
const ofLine = both(
  'Compare unit id, baud rate, parity and stop bits with the settings of the device. Then see whether its two wires are swapped, and last try a longer timeout.',
  '请对照设备的设置检查站号、波特率、校验位和停止位；然后检查两根信号线是否接反，最后延长超时时间。',
);

const busy = both(
  'It says that it is busy. See what else asks it, or give its task a longer period.',
  '设备报告正忙。请检查还有什么在访问它，或为任务设置更长的周期。',
);
const unreached = both(
  'The gateway says that the unit behind it does not answer. See whether that has power and whether its unit id is right.',
  '网关报告其后的从站没有应答。请检查从站是否通电、站号是否正确。',
);

/** Advice by exception code. */
const refusals: Readonly<Record<string, InBoth>> = {
  '1': both(
    'It does not know the function. See in its manual which tables it has.',
    '设备不支持该功能码。请查阅手册，确认它有哪些数据区。',
  ),
  '2': both(
    'It does not have these addresses. Compare them with its manual: many count from 1, here they count from 0.',
    '设备没有这些地址。请对照手册检查：许多手册从 1 开始编号，这里从 0 开始。',
  ),
  '3': both(
    'It takes less at once, or does not have these addresses. Compare them with its manual.',
    '设备一次能读的数量更少，或者没有这些地址。请对照手册检查。',
  ),
  '4': both('It says that it has a fault of its own. Look at the device.', '设备报告自身故障，请检查设备。'),
  '5': busy,
  '6': busy,
  '10': unreached,
  '11': unreached,
};

export function adviceOf(protocol: ModbusProtocol): ProtocolAdvice {
  return {
    silent: protocol === 'modbus_rtu' ? ofLine : ofNetwork,
    noValue: both(
      'Try another table, or an address that is one lower: many manuals count from 1.',
      '请尝试其他寄存器表，或将地址减 1：许多手册从 1 开始计数。',
    ),
    refusals,
  };
}
