/** Of an InfluxDB 1.x that keeps everything in `folder`, listens on loopback only and reports to nobody. */
export function influxConfiguration(folder: string, httpPort: number, backupPort: number): string {
  return `
reporting-enabled = false
bind-address = "127.0.0.1:${backupPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
`;
}
