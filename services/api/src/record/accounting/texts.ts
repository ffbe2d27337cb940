import { catalogue } from '@holdfast/texts/text.ts';

export const accountingText = catalogue('accounting', {
  nats_does_not_answer_now: {
    en: 'NATS does not answer now, so what waits there unwritten is not known: a tick that was lost on its way may still be called not_arrived.',
    zh: 'NATS 目前没有应答，其中待写入的内容未知：途中丢失的采样可能仍显示为 not_arrived。',
  },
  too_many_periods: {
    en: 'At most {{periodsAtMost}} periods, those of each device counted, are given at once. Take a longer interval, a shorter time, or one device.',
    zh: '一次最多给出 {{periodsAtMost}} 个时段（每台设备分别计数）。请取更长的间隔、更短的时间，或只取一台设备。',
  },
  timeout: { en: 'the device did not answer in time', zh: '设备未及时应答' },
  connection: {
    en: 'there was no connection to the device, or what came over it was no answer (such as a wrong check sum)',
    zh: '无法连接设备，或收到的不是有效应答（如校验和错误）',
  },
  exception: { en: 'the device answered with an exception', zh: '设备以异常码应答' },
  overrun: {
    en: 'not read in time: the reading before, or others on the same endpoint, took longer than the period',
    zh: '未及时读取：前一次读取或同一端点的其他读取超过了周期',
  },
  buffer_full: {
    en: 'samples waited for so long that a buffer was full: that of the collector, or the stream SAMPLES',
    zh: '采样等待过久，缓存已满：采集器的缓存或消息流 SAMPLES',
  },
  too_large: {
    en: 'the device has more values than one message may hold',
    zh: '设备的数值超过单条消息的容量',
  },
  lease_lost: {
    en: 'the lease of the collector ran out, since NATS did not confirm it in time (it had no quorum, or was cut off) or the collector stood still; it read on once it held the lease again',
    zh: '采集器的租约到期：NATS 未及时确认（失去多数派或连接中断），或采集器停顿；重新持有租约后继续读取',
  },
  fenced: {
    en: 'it was sent by a collector that no longer held the session',
    zh: '由已不再持有会话的采集器发送',
  },
  waiting: {
    en: 'no collector held the session, or had begun to poll it yet',
    zh: '无采集器负责会话，或尚未开始读取',
  },
  failover: {
    en: 'the collector was lost and another took the session over',
    zh: '采集器失联，由另一采集器接替',
  },
  drain: {
    en: 'the collector was shut down and the session went to another',
    zh: '采集器被关闭，会话交给另一采集器',
  },
  rebalance: { en: 'the session was moved to spread the load', zh: '为均衡负载而移动会话' },
  recovery: { en: 'the session was placed again after a restart', zh: '重启后重新分配会话' },
  restart: {
    en: 'the collector was restarted, or its machine was suspended or had its clock set',
    zh: '采集器被重启，或其机器曾休眠、时钟被调整',
  },
  delivered_late: {
    en: 'no collector listened, as it was restarted or the session went to another; the source of the device (its broker) kept what came meanwhile and delivered it later',
    zh: '当时没有采集器监听（采集器重启，或会话转给另一采集器）；设备的数据源（消息代理）保留了期间的数据，并在之后补发',
  },
  reconfiguration: {
    en: 'the collector heard of a change of configuration only after it had come into force',
    zh: '采集器在配置更改生效之后才得知',
  },
  session_end: { en: 'the session was paused, stopped or failed right then', zh: '会话正在暂停、结束或出错' },
  holder_lost: {
    en: 'the collector fell silent, and the session ended before it or another went on',
    zh: '采集器失联，会话在它或其他采集器继续之前结束',
  },
  not_arrived: { en: 'nothing explains it yet; it may still be on its way', zh: '尚无法解释；可能仍在途中' },
});
