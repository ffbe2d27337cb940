import { collectorText } from '@holdfast/shared/contracts/words/collector-texts.ts';
import { serveAddressesCalls } from '@holdfast/shared/jetstream/boards/addresses-calls.ts';
import { serveDeviceCalls } from '@holdfast/shared/jetstream/boards/device-calls.ts';
import { onRenewalCall } from '@holdfast/shared/jetstream/boards/renewal-call.ts';
import { TaskConfigStore } from '@holdfast/shared/jetstream/sessions/task-config-store.ts';
import type { LeaseHolder } from '@holdfast/shared/lease/lease-holder.ts';
import { systemClock } from '@holdfast/shared/runtime/clock.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { answerDeviceCall } from '../calls/answer-device-call.ts';
import { resolveCall } from '../calls/resolve-call.ts';
import { tellDeviceCall } from '../calls/tell-device-call.ts';
import type { CollectorConfig } from '../config.ts';
import type { Collector } from '../holding/collector.ts';
import type { Endpoints } from '../polling/endpoints.ts';
import type { Broker } from './broker.ts';

interface CallParts {
  readonly broker: Broker;
  readonly lease: LeaseHolder;
  readonly endpoints: Endpoints;
  readonly collector: Collector;
}

/** Answers calls to this collector: reads and writes of devices, a drain, a renewal of its lease, addresses of endpoints. */
export async function openCalls(
  config: CollectorConfig,
  { broker, lease, endpoints, collector }: CallParts,
  { log, onStop }: ServiceContext,
): Promise<void> {
  const { nc } = broker;
  const snapshots = await TaskConfigStore.open(nc);
  const nowMs = systemClock.monotonicMs;
  onRenewalCall(nc, () => lease.renewNow());
  const stopCalls = serveDeviceCalls({
    nc,
    collectorId: config.COLLECTOR_ID,
    answer: async (call) => {
      const resolved = await resolveCall(call, { snapshots, nowMs });
      if ('refusal' in resolved) {
        const { refusal: detail } = resolved;
        log.warn(
          { device: call.device, detail: inLanguage(detail, 'en'), traceparent: call.traceparent },
          'a call was refused',
        );
        return { kind: 'refused', detail };
      }
      return tellDeviceCall(resolved.asked, { log, nowMs }, () =>
        answerDeviceCall(resolved.asked, {
          endpoints,
          leaseRemainingMs: () => (lease.isHeld() ? lease.remainingMs() : 0),
          renewLease: (withinMs) => lease.renewedWithin(withinMs),
          forgetLearned: (deviceId) => collector.forgetLearned(deviceId),
        }),
      );
    },
    drain: ({ kind, traceparent }) => {
      if (collector.isEnding()) return { kind: 'refused', detail: collectorText('collector_is_ending') };
      const draining = kind === 'drain';
      return { kind: 'drained', draining, sessions: collector.setAside(draining, traceparent) };
    },
    log,
  });
  const stopAddresses = serveAddressesCalls({
    ...{ nc, collectorId: config.COLLECTOR_ID, log },
    answer: (keys) => endpoints.addressesOf(keys),
  });
  onStop('calls', async () => {
    stopCalls();
    stopAddresses();
  });
}
