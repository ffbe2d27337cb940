import { durableNames, streamNames } from '@holdfast/shared/contracts/subjects.ts';
import type { Fault } from '../fault.ts';
import { allAtOnce } from './all-at-once.ts';
import { blockEventLoop } from './block-event-loop.ts';
import { cutOff } from './cut-off.ts';
import { deviceTrouble } from './device-trouble.ts';
import { freezeCollector } from './freeze-collector.ts';
import { freezeLeader } from './freeze-leader.ts';
import { freezeNats } from './freeze-nats.ts';
import { killNats } from './kill-nats.ts';
import { killService } from './kill-service.ts';
import { killPostgres, restartPostgres, terminatePostgres } from './postgres-outage.ts';
import { replay } from './replay.ts';
import { rollingRestart } from './rolling-restart.ts';
import { terminateService } from './terminate-service.ts';
import { turnClock } from './turn-clock.ts';

export const allFaults: readonly Fault[] = [
  killService('api-kill', ({ apis }) => apis),
  killService('supervisor-kill', ({ supervisors }) => supervisors),
  killService('collector-kill', ({ collectors }) => collectors),
  killService('writer-kill', ({ writers }) => writers),
  terminateService('api-sigterm', ({ apis }) => apis),
  terminateService('supervisor-sigterm', ({ supervisors }) => supervisors),
  terminateService('collector-sigterm', ({ collectors }) => collectors),
  terminateService('writer-sigterm', ({ writers }) => writers),
  freezeCollector,
  freezeLeader,
  blockEventLoop('collector-event-loop-blocked', ({ collectors }) => collectors),
  blockEventLoop('supervisor-event-loop-blocked', ({ supervisors }) => supervisors),
  cutOff('collector-cut-off', ({ collectors }) => collectors),
  cutOff('supervisor-cut-off', ({ supervisors }) => supervisors),
  turnClock('collector-clock', ({ collectors }) => collectors),
  turnClock('supervisor-clock', ({ supervisors }) => supervisors),
  turnClock('writer-clock', ({ writers }) => writers),
  freezeNats('nats-sigstop-5s', 5_000),
  freezeNats('nats-sigstop-30s', 30_000, 5),
  killNats,
  killPostgres,
  restartPostgres,
  terminatePostgres,
  replay('samples-replay', streamNames.samples, durableNames.writer),
  replay('sessions-replay', streamNames.sessions, durableNames.projector),
  deviceTrouble,
  rollingRestart,
  allAtOnce,
];
