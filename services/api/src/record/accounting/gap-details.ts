import { both, type InBoth } from '@holdfast/driver/form-words.ts';
import type { GapCause } from '@holdfast/shared/domain/gaps/gap-causes.ts';
import { saidOf } from '../../problems/said.ts';

/** Causes in words for people. */
const details: Readonly<Record<GapCause, InBoth>> = {
  timeout: both('the device did not answer in time', '设备未及时应答'),
  connection: both(
    'there was no connection to the device, or what came over it was no answer (such as a wrong check sum)',
    '无法连接设备，或收到的不是有效应答（如校验和错误）',
  ),
  exception: both('the device answered with an exception', '设备以异常码应答'),
  overrun: both(
    'not read in time: the reading before, or others on the same endpoint, took longer than the period',
    '未及时读取：前一次读取或同一端点的其他读取超过了周期',
  ),
  buffer_full: both(
    'samples waited for so long that a buffer was full: that of the collector, or the stream SAMPLES',
    '采样等待过久，缓存已满：采集器的缓存或消息流 SAMPLES',
  ),
  too_large: both('the device has more values than one message may hold', '设备的数值超过单条消息的容量'),
  lease_lost: both(
    'the lease of the collector ran out, since NATS did not confirm it in time (it had no quorum, or was cut off) or the collector stood still; it read on once it held the lease again',
    '采集器的租约到期：NATS 未及时确认（失去多数派或连接中断），或采集器停顿；重新持有租约后继续读取',
  ),
  fenced: both('it was sent by a collector that no longer held the session', '由已不再持有会话的采集器发送'),
  waiting: both(
    'no collector held the session, or had begun to poll it yet',
    '无采集器负责会话，或尚未开始读取',
  ),
  failover: both('the collector was lost and another took the session over', '采集器失联，由另一采集器接替'),
  drain: both(
    'the collector was shut down and the session went to another',
    '采集器被关闭，会话交给另一采集器',
  ),
  rebalance: both('the session was moved to spread the load', '为均衡负载而移动会话'),
  recovery: both('the session was placed again after a restart', '重启后重新分配会话'),
  restart: both(
    'the collector was restarted, or its machine was suspended or had its clock set',
    '采集器被重启，或其机器曾休眠、时钟被调整',
  ),
  delivered_late: both(
    'no collector listened, as it was restarted or the session went to another; the source of the device (its broker) kept what came meanwhile, and it was told afterwards',
    '当时没有采集器监听（采集器重启，或会话转给另一采集器）；设备的数据源（消息代理）保留了期间的数据，并在之后补发',
  ),
  reconfiguration: both(
    'the collector heard of a change of configuration only after it had come into force',
    '采集器在配置更改生效之后才得知',
  ),
  session_end: both('the session was paused, stopped or failed right then', '会话正在暂停、结束或出错'),
  holder_lost: both(
    'the collector fell silent, and the session ended before it or another went on',
    '采集器失联，会话在它或其他采集器继续之前结束',
  ),
  not_arrived: both('nothing explains it yet; it may still be on its way', '尚无法解释；可能仍在途中'),
};

export const gapDetail = (cause: GapCause): string => saidOf(details[cause]);
