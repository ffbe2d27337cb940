/** The faults of a simulated PLC; the same words as for Modbus where they do the same. */
export type PlcFault =
  /** Takes requests and never answers. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'slow'; readonly delay_ms: number }
  /** Refuses every request with this end code. */
  | { readonly kind: 'end_code'; readonly code: number }
  /** Refuses with CEE0; with 60 in frames 1E. */
  | { readonly kind: 'busy' }
  /** Answers so late, and other requests meanwhile; without `delay_ms` in front of its next answer. */
  | { readonly kind: 'late_reply'; readonly delay_ms?: number }
  | { readonly kind: 'doubled' }
  /** Answers under the next serial number; frames 4E only. */
  | { readonly kind: 'wrong_serial' }
  | { readonly kind: 'wrong_station' }
  /** Answers with so many bytes more or less than asked for, in a frame that is right in itself. */
  | { readonly kind: 'wrong_length'; readonly bytes: number }
  | { readonly kind: 'garbage' }
  /** Stops within its answer. */
  | { readonly kind: 'truncated'; readonly bytes?: number }
  | { readonly kind: 'reset' }
  /** From a request on, reads and answers nothing on this connection, and does not end it. */
  | { readonly kind: 'half_open' }
  | { readonly kind: 'refuse_connections' };
