/** The variables of docker-compose.yml and its override files by purpose; defaults are taken from the files. */
export const containerSettings: readonly {
  readonly intro: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Defaults that the files do not have in a form for people. */
  readonly defaults?: Readonly<Record<string, string>>;
}[] = [
  {
    intro:
      'For `docker compose up`, in the environment or in `.env` next to `docker-compose.yml`. All other settings reach a container by an [override file](docs/operations.md).',
    variables: {
      HOLDFAST_BIND: 'Address on which the ports below are published',
      HOLDFAST_API_PORT: 'Port of the API; empty takes a free one',
      HOLDFAST_NATS_PORT: 'Port of NATS, for its command line tool; empty takes a free one',
      HOLDFAST_GRAFANA_PORT: 'Port of Grafana, with `--profile observability`; empty takes a free one',
      HOLDFAST_PROMETHEUS_PORT: 'Port of Prometheus, with the same profile; empty takes a free one',
      HOLDFAST_DEMO: '0 leaves out the simulated plant and its session',
      HOLDFAST_PUBLIC_URL: '`PUBLIC_URL` of the API: the address by which browsers reach it',
      HOLDFAST_LOGIN_OVER_HTTP:
        '`LOGIN_OVER_HTTP` of the API: by default only this machine reaches it. If you set `HOLDFAST_BIND`, set this to `false`, or use `HOLDFAST_API_TLS`',
      HOLDFAST_LOG_LEVEL: 'Log level of all services',
      HOLDFAST_INFLUX_LAYOUT: '`INFLUX_LAYOUT`',
      HOLDFAST_BACKUPS: 'Folder for [backups](docs/backup.md), in which user 1000 may write',
      DISABLE_SESSION_RECOVERY: 'As for the supervisor',
      HOLDFAST_DEVICE_SECRETS: 'Folder that collectors have as `DEVICE_SECRETS`, with `bindings.json`',
      HOLDFAST_API_TLS: 'Folder with `api.pem`, `api.key` and `ca.pem`: the API speaks HTTPS only',
      HOLDFAST_NATS_TLS:
        'Folder with `nats.pem`, `nats.key` and `ca.pem`: NATS speaks TLS only, also between its nodes',
      HOLDFAST_NATS_URL: 'With `docker-compose.collectors.yml` and the cluster: the addresses of all nodes',
      HOLDFAST_NATS_2_PORT: 'Port of the second node, with `docker-compose.cluster.yml`',
      HOLDFAST_NATS_3_PORT: 'Port of the third node',
      HOLDFAST_COLLECTOR_A_LABELS: 'Labels of `collector-a`, with `docker-compose.collectors.yml`',
      HOLDFAST_COLLECTOR_B_LABELS: 'Labels of `collector-b`',
    },
    defaults: {
      HOLDFAST_PUBLIC_URL: '`http://localhost:8000`',
      HOLDFAST_BACKUPS: 'a volume',
      HOLDFAST_API_TLS: '–',
      HOLDFAST_NATS_TLS: '–',
    },
  },
  {
    intro:
      'Limits of the containers. A container that exceeds its memory is ended and started again; a Node.js service uses about half of its limit for objects. Processor time is shared by weight, most of it for NATS, supervisor and collectors, because leases depend on them. `0` means no limit; Docker refuses more processors than the machine has.',
    variables: {
      HOLDFAST_NATS_MEMORY: 'For each node. Live values take up to 256 MB of it',
      HOLDFAST_NATS_CPUS: '',
      HOLDFAST_NATS_GOMEMLIMIT: 'Memory use at which NATS begins to free memory: four fifths of its limit',
      HOLDFAST_POSTGRES_MEMORY: '',
      HOLDFAST_POSTGRES_CPUS: '',
      HOLDFAST_INFLUXDB_MEMORY: '',
      HOLDFAST_INFLUXDB_CPUS: '',
      HOLDFAST_INFLUXDB_GOMEMLIMIT: 'As for NATS',
      HOLDFAST_API_MEMORY: '',
      HOLDFAST_API_CPUS: '',
      HOLDFAST_SUPERVISOR_MEMORY: '',
      HOLDFAST_SUPERVISOR_CPUS: '',
      HOLDFAST_COLLECTOR_MEMORY:
        'For each collector. Measured at 20,000 values/s: 391 MiB. `SAMPLE_BUFFER_MAX` is part of it',
      HOLDFAST_COLLECTOR_CPUS: '',
      HOLDFAST_WRITER_MEMORY: 'Measured at 20,000 values/s: 152 MiB',
      HOLDFAST_WRITER_CPUS: '',
      HOLDFAST_ALARMS_MEMORY: '',
      HOLDFAST_ALARMS_CPUS: '',
      HOLDFAST_SIMULATOR_MEMORY: '',
      HOLDFAST_SIMULATOR_CPUS: '',
      HOLDFAST_BACKUP_MEMORY: 'Backup and restore',
      HOLDFAST_BACKUP_CPUS: '',
      HOLDFAST_PROMETHEUS_MEMORY: '',
      HOLDFAST_PROMETHEUS_CPUS: '',
      HOLDFAST_GRAFANA_MEMORY: '',
      HOLDFAST_GRAFANA_CPUS: '',
      HOLDFAST_PIDS: 'Processes and threads of each container',
    },
  },
  {
    intro:
      'Images of the servers, from a registry of your own or by digest (`nats@sha256:…`). Our own image is built likewise, with `--build-arg NODE_IMAGE=…`.',
    variables: {
      HOLDFAST_NATS_IMAGE: '2.10 or later (a cluster: 2.12), with `wget` for the health check',
      HOLDFAST_POSTGRES_IMAGE: '',
      HOLDFAST_INFLUXDB_IMAGE: '',
      HOLDFAST_PROMETHEUS_IMAGE: '',
      HOLDFAST_GRAFANA_IMAGE: '',
    },
  },
];
