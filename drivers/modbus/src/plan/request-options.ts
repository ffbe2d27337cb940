import type { ModbusDevice } from '../layout/modbus-device.ts';
import { latePatience, type RequestOptions } from '../layout/requests.ts';

/** The options of each request that come from its device. */
export function requestOptions({ protocol, unit_id, timeout_ms, profile }: ModbusDevice): RequestOptions {
  const isRtu = protocol !== 'modbus_tcp';
  return {
    unitId: unit_id,
    timeoutMs: timeout_ms,
    ...(profile?.accept_unit_zero ? { acceptUnitZero: true } : {}),
    ...(profile?.connect_pause_ms ? { connectPauseMs: profile.connect_pause_ms } : {}),
    ...(profile?.single_connection ? { singleConnection: true } : {}),
    ...(isRtu && profile?.request_pause_ms ? { requestPauseMs: profile.request_pause_ms } : {}),
    // Reckoned from the device's timeout even where a request has less time: the device does not know how much it has.
    ...(isRtu ? { lateAnswerMs: profile?.late_answer_ms ?? latePatience * timeout_ms } : {}),
  };
}
