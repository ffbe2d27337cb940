/** The modules of `dist/`, by their names there without `.mjs`: the file that each is built from. */
export const programs = {
  api: 'services/api/src/main.ts',
  'preview-worker': 'services/api/src/point-lists/preview-worker.ts',
  collector: 'services/collector/src/main.ts',
  supervisor: 'services/supervisor/src/main.ts',
  writer: 'services/writer/src/main.ts',
  alarms: 'services/alarms/src/main.ts',
  edge: 'services/edge/src/main.ts',
  'stall-watch': 'services/edge/src/stall-watch.ts',
  simulator: 'simulators/plant/src/main.ts',
  'load-demo': 'simulators/plant/src/load-demo-main.ts',
  plant: 'simulators/plant/src/cli.ts',
  backup: 'tools/backup/src/main.ts',
  holdfast: 'tools/cli/src/main.ts',
  launcher: 'dev/src/main.ts',
  'deploy/healthcheck': 'deploy/healthcheck.mjs',
  'deploy/influxdb/tokens': 'deploy/influxdb/tokens.mjs',
  // A client of NATS for scripts, by connectNats.
  'deploy/nats/connection': 'packages/shared/src/jetstream/connection/connect.ts',
  'deploy/nats/identity': 'deploy/nats/identity.mjs',
  'deploy/nats/streams': 'deploy/nats/streams.mjs',
  'deploy/postgres/prepare': 'deploy/postgres/prepare.mjs',
  'deploy/secrets/generate': 'deploy/secrets/generate.mjs',
} as const;

export type ProgramName = keyof typeof programs;
