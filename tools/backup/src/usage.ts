import { catalogue } from '@holdfast/texts/text.ts';

const texts = catalogue('backup', {
  usage: {
    en: `Saves SESSIONS, TASK_CONFIGS, API_KEYS, USERS and PostgreSQL together, and brings them back into an empty system.

  npm run -s backup  -- --to FOLDER [--nats URL] [--database URL | --database-file FILE]
  npm run -s restore -- --from FOLDER [--nats URL] [--database URL | --database-file FILE] [--epoch-floor N]

  Without an address, of broker or database, both are those of npm start in HOLDFAST_HOME (.holdfast): it must run for a
  backup, and be stopped for a restore, which keeps what was there before.

  --nats URL            the broker; else NATS_URL or NATS_URL_FILE
  --database-file FILE  a file with the address of the database; else DATABASE_URL or DATABASE_URL_FILE
  --database URL        the same in the open: everybody on this machine can read it while the command runs
  --to FOLDER           is made; must not exist yet. The services may go on meanwhile
  --from FOLDER         a backup. The services must be stopped, the broker and the database empty
  --epoch-floor N       an epoch known to have been given out after the backup; later ones will be higher.
                        Without it 1000 sequences are left out

Exit codes: 0 done, 1 not done (the message says why and what is left), 2 wrong use.
`,
    zh: `将 SESSIONS、TASK_CONFIGS、API_KEYS、USERS 和 PostgreSQL 一并备份，并可恢复到空系统。

  npm run -s backup  -- --to FOLDER [--nats URL] [--database URL | --database-file FILE]
  npm run -s restore -- --from FOLDER [--nats URL] [--database URL | --database-file FILE] [--epoch-floor N]

  未指定消息服务和数据库的地址时，操作对象是 npm start 在 HOLDFAST_HOME（.holdfast）中的安装：备份时它须正在运行，
  恢复时它须已停止；原有数据会保留。

  --nats URL            消息服务地址；未指定时用 NATS_URL 或 NATS_URL_FILE
  --database-file FILE  存有数据库地址的文件；未指定时用 DATABASE_URL 或 DATABASE_URL_FILE
  --database URL        数据库地址。命令运行期间，本机所有人都能看到它
  --to FOLDER           备份目录，由命令创建，不得已存在。期间各服务可照常运行
  --from FOLDER         备份所在目录。各服务须已停止，消息服务和数据库须为空
  --epoch-floor N       已知在备份之后分配过的接管序号；此后的接管序号均大于它。
                        未指定时跳过 1000 个序号

退出码：0 完成，1 未完成（消息说明原因和遗留内容），2 用法错误。
`,
  },
});

export const usage = texts('usage');
