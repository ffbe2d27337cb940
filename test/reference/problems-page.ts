import { problemAdvice } from '../../services/api/src/problems/advice.ts';
import { type ProblemCode, problemCodes } from '../../services/api/src/problems/codes.ts';
import { code, page, type Row, table } from './markdown.ts';

const example = `\`\`\`json
{
  "type": "about:blank", "title": "${problemCodes.task_already_active[1]}", "status": 409,
  "detail": "Session 1-1 is running. Stop it first, or go on with it.", "code": "task_already_active",
  "instance": "99f08691-5f68-4f11-9cd3-e9be531c6081", "session_id": "1-1", "session_status": "running"
}
\`\`\``;

/** Problem codes by status; the console's page on problems is made from these tables. */
export function problemsPage(): string {
  return page([
    '# Problems',
    '[中文](docs/reference/problems.zh-CN.md)',
    'Errors of the API are `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Programs use `code`, which never changes; `title` and `detail` are for people and may change. `instance` is the id of the request in the log. With `Accept-Language: zh`, `title`, `detail` and `errors` are Chinese, also what collectors and drivers say about a device; texts of databases and of the event log stay as they are.',
    example,
    table(['Code', 'Status', 'Title', 'Meaning and what to do'], rows('en')),
  ]);
}

export function problemsPageInChinese(): string {
  return page([
    '# 问题代码',
    '[English](docs/reference/problems.md)',
    '错误以 `application/problem+json`（[RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)）返回。`code` 供程序使用，不会改变；`title` 与 `detail` 供人阅读，可能改变。`instance` 是该请求在日志中的编号。请求带有 `Accept-Language: zh` 时，`title`、`detail` 和 `errors` 为中文，采集器和驱动对设备的说明也是；数据库的原话和事件日志的内容保持原样。',
    table(['代码', '状态', '标题', '含义与处理办法'], rows('zh')),
  ]);
}

function rows(language: 'en' | 'zh'): Row[] {
  return (Object.keys(problemCodes) as ProblemCode[]).map((each) => {
    const [status, ...titles] = problemCodes[each];
    const index = language === 'en' ? 0 : 1;
    return [code(each), String(status), titles[index] ?? '', problemAdvice[each][index]];
  });
}
