import type { ProtocolForms } from '../http/protocols-http.ts';
import { modbusForms } from './modbus/modbus-forms.ts';

let forms: readonly ProtocolForms[] | undefined;

/** The forms of every protocol. Another one adds its own here. */
export function protocolForms(): readonly ProtocolForms[] {
  forms ??= modbusForms();
  return forms;
}
