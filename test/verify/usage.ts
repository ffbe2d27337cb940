import { catalogue } from '@holdfast/texts/text.ts';

const texts = catalogue('verify', {
  usage: {
    en: `Reads SESSIONS, SAMPLES and, when it is named, the database, and checks the invariants on what is recorded.

  npm run -s verify -- --nats nats://127.0.0.1:4222 [--database postgres://…] [options]

  --nats URL             the broker; else NATS_URL or NATS_URL_FILE. Where it asks for a key, NATS_NKEY_SEED or
                         NATS_NKEY_SEED_FILE has the API's; with npm start .holdfast/secrets/nats-api/seed
  --database URL         else DATABASE_URL or DATABASE_URL_FILE, which does not show in the list of processes
  --sample-store WHICH   postgres or influx: where samples go, else SAMPLE_STORE (default postgres). InfluxDB is not read: what is
                         stored there is judged by the writer's record in the database
  --since TIME           judge only ticks after this time (RFC 3339)
  --commands FILE        what clients asked and were answered, one JSON object a line
  --requests FILE        requests that reached the devices, one JSON object a line
  --lease-ttl-ms N       LEASE_TTL_MS of the collectors (default 10000)
  --clock-ms N           how far the machines' clocks may differ (default 1000)
  --settle-ms N          how long a sample may be on its way (default 15000)
  --wait-ms N            so long the samples of sessions that run may take to come, as after a start of the system, before
                         their absence counts; 0: none (default 30000)
  --min-events N  --min-sessions N  --min-ticks N  --min-hand-overs N
                         what must have been seen before the answer can be "ok"
  --json                 the verdict as one line of JSON

Exit codes: 0 all invariants hold, 1 violations, 2 could not judge (too little was seen, or nothing could be read).
`,
    zh: `读取 SESSIONS、SAMPLES 和指定的数据库，检查记录是否满足各项不变式。

  npm run -s verify -- --nats nats://127.0.0.1:4222 [--database postgres://…] [选项]

  --nats URL             消息服务地址；未指定时用 NATS_URL 或 NATS_URL_FILE。需要密钥时，API 的密钥在 NATS_NKEY_SEED 或
                         NATS_NKEY_SEED_FILE 中；npm start 的密钥在 .holdfast/secrets/nats-api/seed
  --database URL         未指定时用 DATABASE_URL 或 DATABASE_URL_FILE，后两者不会出现在进程列表中
  --sample-store WHICH   采样写入 postgres 还是 influx；未指定时用 SAMPLE_STORE（默认 postgres）。不读取 InfluxDB：
                         其中的内容按写入服务在数据库中的记录判断
  --since TIME           只判断此时间之后的采样（RFC 3339）
  --commands FILE        客户端的请求和收到的应答，每行一个 JSON 对象
  --requests FILE        到达设备的请求，每行一个 JSON 对象
  --lease-ttl-ms N       采集器的 LEASE_TTL_MS（默认 10000）
  --clock-ms N           各机器时钟允许的偏差（默认 1000）
  --settle-ms N          采样在途中允许的时间（默认 15000）
  --wait-ms N            运行中会话的采样最多等待多久才算缺失，例如系统启动之后；0 表示不等待（默认 30000）
  --min-events N  --min-sessions N  --min-ticks N  --min-hand-overs N
                         至少要看到这些，结论才能是 “ok”
  --json                 以一行 JSON 输出结论

退出码：0 全部满足，1 有违反，2 无法判断（看到的太少，或无法读取）。
`,
  },
});

export const usage = texts('usage');
