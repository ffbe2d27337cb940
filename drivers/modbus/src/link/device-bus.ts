import type { RawBlock, ReadRequest, WriteRequest } from '../layout/requests.ts';

/**
 * One endpoint (a TCP host and port, or a serial line), which may serve several units.
 *
 * Callers may rely on: every request settles within its timeout + 250 ms; a value is returned, and a write succeeds, only
 * for a reply to exactly this request; the right to ask is checked right before bytes leave. After any failure but
 * a Modbus exception a TCP connection is destroyed and the next request reconnects; a serial line stays open and the
 * next request waits until it is quiet. A write is never repeated. A read is asked again in one case only, once and within its timeout:
 * over Modbus TCP, when a connection that was kept ends before a byte of the answer has come. On a line of RTU frames a read may be
 * asked together with one of its markers. Callers must keep to one request at a time.
 */
export interface DeviceBus {
  /** @throws ReadFailure and nothing else */
  read(request: ReadRequest): Promise<RawBlock>;
  /**
   * Resolves when the device has confirmed the write.
   * @throws ReadFailure and nothing else; unless it is an exception, or `wasSent` is false, the device may have written
   */
  write(request: WriteRequest): Promise<void>;
  /** Closes the socket or line at once; a request in flight fails with the cause `connection`. Idempotent. */
  disconnect(): void;
}
