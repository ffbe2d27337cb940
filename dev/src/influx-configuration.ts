/**
 * Configuration of an InfluxDB 1.x that keeps everything in `folder`, listens on loopback only and sends no usage reports.
 * @param tls files for HTTPS, which is then the only way to speak to it
 */
export function influxConfiguration(
  folder: string,
  httpPort: number,
  backupPort: number,
  tls?: { readonly certificate: string; readonly key: string },
): string {
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
${tls ? `  https-enabled = true\n  https-certificate = "${tls.certificate}"\n  https-private-key = "${tls.key}"\n` : ''}`;
}
