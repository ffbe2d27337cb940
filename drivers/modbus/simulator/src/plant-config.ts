import type { Fault } from './fault.ts';
import type { SerialSettings } from './lines/serial-settings.ts';
import type { RegisterImage } from './memory/register-image.ts';
import type { UnitMemory } from './memory/unit-memory.ts';
import type { UnitIdentity, UnitLimits } from './pdu.ts';

export interface PlantUnit {
  /** Unique in the plant. */
  readonly code: string;
  readonly unitId: number;
  readonly tables: RegisterImage | UnitMemory;
  /** Each answer takes `fixedMs` and, at random, up to `jitterMs` more. */
  readonly latency?: { readonly fixedMs: number; readonly jitterMs?: number };
  /** The specification's unless set. */
  readonly limits?: Partial<UnitLimits>;
  readonly identity?: UnitIdentity;
  readonly faults?: readonly Fault[];
}

/** A device with a Modbus TCP endpoint of its own. */
export interface PlantDevice extends PlantUnit {
  /** 0 or unset takes a free one. */
  readonly port?: number;
  /** Unset: any number. Many PLCs serve one. */
  readonly maxConnections?: number;
}

interface EndpointBase {
  /** Unique in the plant. */
  readonly name: string;
  readonly units: readonly PlantUnit[];
  /** How a request to an absent unit is answered: with exception 11, as by a gateway, or not at all, as on a line. */
  readonly unknownUnit?: 'exception' | 'silence';
  /**
   * The units hang on one line behind the endpoint: requests are answered one after the other, and one to a unit that
   * is silent, or not there, holds up the others so long before it is answered with exception 11.
   */
  readonly unitTimeoutMs?: number;
  /** Faults of all of its units. */
  readonly faults?: readonly Fault[];
}

export interface TcpEndpointConfig extends EndpointBase {
  readonly protocol: 'modbus_tcp' | 'modbus_rtu_over_tcp';
  /** 0 or unset takes a free one. */
  readonly port?: number;
  readonly maxConnections?: number;
  /** The treatment of one connection more; it is closed unless set. */
  readonly otherConnections?: 'close' | 'ignore' | 'replace';
}

export interface SerialEndpointConfig extends EndpointBase {
  readonly protocol: 'modbus_rtu';
  readonly serial: SerialSettings;
  /** Answers take the time that request and answer would take on a real line: a pty itself is as fast as memory. */
  readonly isPaced?: boolean;
}

export type PlantEndpointConfig = TcpEndpointConfig | SerialEndpointConfig;

export interface PlantConfig {
  readonly devices?: readonly PlantDevice[];
  readonly endpoints?: readonly PlantEndpointConfig[];
}
