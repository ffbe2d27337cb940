import type { DeviceReply } from '@holdfast/shared/contracts/device-call.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import type { ResolvedCall } from './resolve-call.ts';

/**
 * Logs a call that asks a device, and its outcome, under the trace of the request. Values are left out: logs go to more
 * people than the audit log, which has them.
 */
export async function tellDeviceCall(
  { kind, device, traceparent }: ResolvedCall,
  { log, nowMs }: { readonly log: Logger; readonly nowMs: () => number },
  answer: () => Promise<DeviceReply>,
): Promise<DeviceReply> {
  const about = {
    device: device.code,
    ...(kind === 'write' && { point: device.points[0]?.code }),
    ...(traceparent !== undefined && { traceparent }),
  };
  const what = { read: 'read', write: 'written to', forget: 'let ask for everything again' }[kind];
  const beganMs = nowMs();
  try {
    const reply = await answer();
    const context = { ...about, ms: Math.round(nowMs() - beganMs) };
    if (reply.kind === 'refused')
      log.warn({ ...context, detail: refusalOf(reply) }, `a device was not ${what} for a call`);
    else log.info({ ...context, ...outcomeOf(reply) }, `a device was ${what} for a call`);
    return reply;
  } catch (error) {
    log.error({ ...about, err: error }, `a device was ${what} for a call, and that broke off`);
    throw error;
  }
}

function refusalOf({ because, detail }: Extract<DeviceReply, { kind: 'refused' }>): string {
  return because === 'value' ? 'the value does not fit the point' : inLanguage(detail, 'en');
}

function outcomeOf(reply: Exclude<DeviceReply, { kind: 'refused' }>): object {
  if (reply.kind === 'forgotten') return { sessions: reply.sessions };
  if (reply.kind === 'written') return { outcome: reply.outcome, detail: inLanguage(reply.detail, 'en') };
  const bad = reply.points.filter(({ quality }) => quality === 'bad').length;
  return { points: reply.points.length, bad };
}
