import { DeviceBodies } from '@holdfast/shared/contracts/http/device-http.ts';
import { PointBodies } from '@holdfast/shared/contracts/http/point-http.ts';
import type { ProtocolForms } from '@holdfast/shared/contracts/http/protocols-http.ts';
import { protocolForms } from '@holdfast/shared/forms/protocol-forms.ts';
import { specs } from './specs.ts';

let cache: { readonly devices: DeviceBodies; readonly points: PointBodies } | undefined;
let madeForms: readonly ProtocolForms[] | undefined;

/** The bodies of devices and points of all protocols, as the API takes and gives them. Made once. */
export function bodies(): { readonly devices: DeviceBodies; readonly points: PointBodies } {
  cache ??= { devices: new DeviceBodies(specs), points: new PointBodies(specs) };
  return cache;
}

/** The forms of all protocols. Made once. */
export function forms(): readonly ProtocolForms[] {
  madeForms ??= protocolForms(specs, bodies().devices);
  return madeForms;
}
