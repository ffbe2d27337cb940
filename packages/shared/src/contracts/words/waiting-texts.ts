import { catalogue } from '@holdfast/texts/text.ts';

/** Why a running session has no collector. The supervisor says it, and the API shows it. */
export const waitingText = catalogue('waiting', {
  driver_of_device: { en: '{{protocol}} (device {{device}})', zh: '{{protocol}}（设备 {{device}}）' },
  no_collector_has_the_driver: {
    en: 'no collector that is up{{withLabels}} has the driver for {{drivers| and }}; start one of a release that has it, and see that its identity allows it',
    zh: '在线{{withLabels}}的采集器都没有 {{drivers|和}}的驱动；请启动包含该驱动的版本的采集器，并确认其身份允许使用该驱动',
  },
  and_has_the_labels: { en: ' and has the labels {{labels}}', zh: '且具有标签 {{labels}} ' },
  log_damaged: {
    en: 'the supervisor assigns nothing, because the session log is damaged: {{detail}}',
    zh: '会话日志已损坏，监督服务不再分配会话：{{detail}}',
  },
  shares_the_endpoint: {
    en: 'shares the endpoint {{endpoint}} with session {{sessionId}} on {{collectorId}}, which is',
    zh: '与 {{collectorId}} 上的会话 {{sessionId}} 共用端点 {{endpoint}}，而该采集器',
  },
  holder_is_not_up: {
    en: '{{shares}} not up, or lacks the labels that the task requires or the drivers of its devices',
    zh: '{{shares}}不在线，或缺少任务要求的标签或其设备的驱动',
  },
  holder_is_full: { en: '{{shares}} full', zh: '{{shares}}已满' },
  every_collector_is_full: {
    en: 'every collector that could take it holds as many sessions as it may',
    zh: '可接管的采集器持有的会话均已达到上限',
  },
  no_collector_is_up: { en: 'no collector is up', zh: '没有在线的采集器' },
  every_collector_is_draining: {
    en: 'every collector that is up is draining: start another one, or undrain one',
    zh: '在线的采集器都在移出会话：请启动另一个，或让其中一个恢复接收会话',
  },
  no_collector_has_the_labels: {
    en: 'no collector that is up has the labels {{labels}}',
    zh: '在线的采集器都没有标签 {{labels|, }}',
  },
  recovery_is_disabled: {
    en: 'session recovery is disabled; recover it with {{recover}}',
    zh: '会话自动恢复已停用；请用 {{recover}} 恢复',
  },
  former_holder_is_gone: {
    en: '{{former}} is gone and what it held is being taken from it',
    zh: '{{former}} 已失联，正在收回其持有的会话',
  },
  former_holder_has_not_let_go: {
    en: '{{former}} has not let go of it yet',
    zh: '{{former}} 尚未交还此会话',
  },
});
