import { catalogue } from '@holdfast/texts/text.ts';

export const liveText = catalogue('live', {
  device_not_found: {
    en: 'There is no device {{unknown}}, and no session reads one of that name.',
    zh: '没有设备 {{unknown}}，也没有会话读取该名称的设备。',
  },
  you_follow_at_once_here: {
    en: 'You follow {{own}} at once here, and more are not given to one caller. Close some.',
    zh: '您在此同时打开了 {{own}} 个数据流，不能再多。请关闭一些。',
  },
  are_followed_from_at_once_here: {
    en: '{{ofAddress}} are followed from {{address}} at once here, and more are not given to one address. Close some; a proxy that passes others on is named in API_TRUSTED_PROXIES.',
    zh: '从 {{address}} 在此同时打开了 {{ofAddress}} 个数据流，不能再多。请关闭一些；转发他人请求的代理请写入 API_TRUSTED_PROXIES。',
  },
  this_process_serves_at_once_try: {
    en: 'This process serves {{clientsAtMost}} at once. Try again later, or another process.',
    zh: '此进程最多同时提供 {{clientsAtMost}} 个数据流。请稍后重试，或使用另一个进程。',
  },
  task_not_found: { en: 'There is no task {{task}}.', zh: '没有任务 {{task}}。' },
});
