/**
 * A process that owns a spool: puts samples into the given folder, says so, and then does nothing until it is killed.
 * Arguments: the folder, the collector name for its samples, the first and the last tick, the epoch.
 */
import { randomUUID } from 'node:crypto';
import { encodeSample } from '@holdfast/shared/contracts/sample/sample.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { sampleToSend } from '../../../sending/testing/sample-to-send.ts';
import { DiskSpool } from '../spool.ts';

const [folder = '', collector = '', from = '1', to = '0', epoch = '1'] = process.argv.slice(2);
const opened = await DiskSpool.open({
  folder,
  instance: randomUUID(),
  maxBytes: 1024 * 1024,
  fsync: 'append',
  log: createLogger('spool-owner', 'silent'),
});
if (opened) {
  const records: string[] = [];
  for (let tick = Number(from); tick <= Number(to); tick += 1) {
    records.push(encodeSample({ ...sampleToSend(tick), collector, epoch: Number(epoch) }));
  }
  if (records.length > 0) await opened.spool.append(records, 0);
  process.stdout.write('owns it\n');
} else process.stdout.write('refused\n');
setInterval(() => undefined, 60_000);
