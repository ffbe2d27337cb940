import { catalogue, inLanguage, type Language, type TextsOf } from '@holdfast/texts/text.ts';

const texts = {
  own_name: { en: 'English', zh: '中文' },
  open_to_readers: {
    en: 'This connection is not encrypted: others in the network can read what you type. Use the https address if there is one.',
    zh: '此连接未加密，同一网络中的其他人可以读到您输入的内容。如有 https 地址，请改用该地址。',
  },
  login: { en: 'Login name', zh: '登录名' },
  login_hint: {
    en: 'Latin letters, digits and . _ - @; case does not matter. It cannot be changed later.',
    zh: '可用英文字母、数字和 . _ - @，不区分大小写。创建后不可更改。',
  },
  name: { en: 'Your name', zh: '姓名' },
  name_hint: { en: 'As others see it, in any script.', zh: '显示给其他人看，可使用任何文字。' },
  password: { en: 'Password', zh: '密码' },
  new_password: { en: 'New password', zh: '新密码' },
  password_hint: {
    en: 'At least 12 characters. A few words that only you would put together are best; digits and signs are not needed.',
    zh: '至少 12 个字符。最好用几个只有您会放在一起的词，不要求包含数字或符号。',
  },
  repeat: { en: 'Repeat the password', zh: '再次输入密码' },
  role_viewer: { en: 'Viewer', zh: '只读用户' },
  role_operator: { en: 'Operator', zh: '操作员' },
  role_engineer: { en: 'Engineer', zh: '工程师' },
  role_administrator: { en: 'Administrator', zh: '管理员' },
  right_viewer: {
    en: 'Read everything but users, keys and the audit log',
    zh: '查看除用户、密钥和审计日志以外的所有内容',
  },
  right_operator: {
    en: 'Read; start, stop, pause and resume sessions',
    zh: '查看；启动、停止、暂停和恢复会话',
  },
  right_engineer: {
    en: 'Read, run sessions, change the configuration, write to devices',
    zh: '查看、操作会话、修改配置、写入设备',
  },
  right_administrator: {
    en: 'Everything: users and keys, configuration, devices, sessions',
    zh: '所有操作：用户与密钥、配置、设备、会话',
  },
  all_sites: { en: 'at all sites', zh: '全部站点' },
  at_sites: { en: 'at {{codes}}', zh: '站点 {{codes}}' },
  nothing: { en: 'Nothing yet: an administrator gives roles', zh: '暂无权限，请联系管理员分配角色' },
  fault_login_missing: { en: 'Put in a login name.', zh: '请输入登录名。' },
  fault_login_form: {
    en: 'Begin with a Latin letter or a digit; after it Latin letters, digits and . _ - @ are taken, no blanks.',
    zh: '须以英文字母或数字开头，其后可用英文字母、数字和 . _ - @，不能有空格。',
  },
  fault_login_taken: {
    en: 'This login name is taken (case is ignored). Choose another one.',
    zh: '该登录名已被使用（不区分大小写），请换一个。',
  },
  fault_name_missing: { en: 'Put in your name.', zh: '请输入姓名。' },
  fault_name_long: { en: 'Make it 100 characters at most.', zh: '最多 100 个字符。' },
  fault_password_missing: { en: 'Put in a password.', zh: '请输入密码。' },
  fault_password_short: {
    en: 'It has {{length}} characters; make it 12 or more. Another word does it.',
    zh: '目前只有 {{length}} 个字符，至少需要 12 个，再加一个词即可。',
  },
  fault_password_long: { en: 'Make it 256 characters at most.', zh: '最多 256 个字符。' },
  fault_password_is_login: {
    en: 'It is the login name, which others know. Choose something else.',
    zh: '密码与登录名相同，而登录名人人可见。请换一个。',
  },
  fault_repeat_other: {
    en: 'The two are not the same. Type the new password once more here.',
    zh: '两次输入不一致，请在此重新输入新密码。',
  },
  fault_code_missing: { en: 'Put in the code that the terminal shows.', zh: '请输入终端显示的代码。' },
  problem_login_failed: { en: 'Login name or password is not right', zh: '登录名或密码不正确' },
  problem_login_failed_more: {
    en: 'Look at both, and whether Caps Lock is on. After several tries each one takes longer.',
    zh: '请检查两项输入以及大写锁定键。多次失败后，每次尝试的等待时间会变长。',
  },
  problem_delayed: { en: 'Wait {{seconds}} s, then try again', zh: '请等待 {{seconds}} 秒后再试' },
  problem_delayed_more: {
    en: 'This login was tried too often, from here or elsewhere. Other people can log in meanwhile.',
    zh: '此登录名（从这里或其他地方）尝试的次数过多。其他人的登录不受影响。',
  },
  problem_busy: { en: 'Many people log in just now', zh: '当前登录人数较多' },
  problem_busy_more: { en: 'Try again in a few seconds.', zh: '请过几秒再试。' },
  problem_unavailable: { en: 'Nobody can log in just now', zh: '暂时无法登录' },
  problem_unavailable_more: {
    en: 'The message broker that knows the logins cannot be reached. Acquisition goes on. Try again soon.',
    zh: '无法连接保存登录信息的消息服务器。数据采集不受影响，请稍后再试。',
  },
  problem_over_http: { en: 'Not over a connection that others can read', zh: '不能通过未加密的连接登录' },
  problem_over_http_more: {
    en: 'Log in by the https address, or on the machine of Holdfast itself. An administrator finds more under LOGIN_OVER_HTTP in docs/reference/settings.md.',
    zh: '请使用 https 地址，或在 Holdfast 所在的机器上登录。管理员可查看 docs/reference/settings.md 中的 LOGIN_OVER_HTTP。',
  },
  problem_from_elsewhere: {
    en: 'This did not come from a page of this address',
    zh: '请求并非来自本地址的页面',
  },
  problem_from_elsewhere_more: {
    en: 'Open the page again under the address that your administrator names, and send it from there.',
    zh: '请用管理员提供的地址重新打开页面，再从该页面提交。',
  },
  problem_other: { en: 'That did not work', zh: '操作未成功' },
  problem_other_more: {
    en: 'Try again. The log of the API has more under {{requestId}}.',
    zh: '请重试。详情见 API 日志，请求编号 {{requestId}}。',
  },
  first_title: { en: 'Set up the first administrator', zh: '创建第一位管理员' },
  first_lead: {
    en: 'This makes the account that everything else begins with: it may do everything at all sites, and lets others in under “People” in the console.',
    zh: '一切从这个账号开始：它在全部站点拥有全部权限，并可在控制台的“人员”中为其他人开通账号。',
  },
  first_send: { en: 'Create administrator', zh: '创建管理员' },
  first_foot: { en: 'This page opens by a link that works once.', zh: '打开本页的链接只能使用一次。' },
  first_over_title: { en: 'This link is over', zh: '此链接已失效' },
  first_over_lead: {
    en: 'It was used, its time has run out, or there is an administrator already. If that is you, log in.',
    zh: '链接已被使用、已过期，或者已有管理员。如果管理员就是您，请直接登录。',
  },
  first_over_more: {
    en: 'While there is no administrator, this command shows a new link on the machine of Holdfast; so does each start.',
    zh: '尚无管理员时，在 Holdfast 所在的机器上执行以下命令可获得新链接；每次启动时也会显示。',
  },
  renew_title: { en: 'Choose your password', zh: '设置密码' },
  renew_lead: {
    en: 'For {{name}}. Whoever was logged in with the former one has to log in again.',
    zh: '账号：{{name}}。使用旧密码的登录将全部失效，需重新登录。',
  },
  renew_send: { en: 'Save and log in', zh: '保存并登录' },
  renew_foot: { en: 'This page opens by a link that works once.', zh: '打开本页的链接只能使用一次。' },
  renew_over_title: { en: 'This link is over', zh: '此链接已失效' },
  renew_over_lead: {
    en: 'It was used, its time has run out, or there is a newer one. Ask an administrator for another one.',
    zh: '链接已被使用、已过期，或已有更新的链接。请向管理员索取新链接。',
  },
  enter_title: { en: 'Log in', zh: '登录' },
  enter_to_approve: {
    en: 'Then you see which command line asks to be let in.',
    zh: '登录后即可查看是哪个命令行在请求登录。',
  },
  enter_send: { en: 'Log in', zh: '登录' },
  enter_company: { en: 'Log in with {{name}}', zh: '使用 {{name}} 登录' },
  enter_or: { en: 'or', zh: '或' },
  enter_forgotten: {
    en: 'Password forgotten? An administrator makes a link with which you choose a new one.',
    zh: '忘记密码？请管理员生成链接，用它设置新密码。',
  },
  enter_no_users: {
    en: 'There are no users yet. The start of Holdfast has shown a link for the first administrator; on its machine this command shows a new one.',
    zh: '目前还没有用户。Holdfast 启动时已显示创建第一位管理员的链接；在该机器上执行以下命令可获得新链接。',
  },
  enter_logged_out: { en: 'You are logged out.', zh: '您已退出登录。' },
  inside_login: { en: 'Logged in as', zh: '登录身份' },
  inside_may: { en: 'Role', zh: '角色' },
  inside_until: { en: 'Ends', zh: '有效期至' },
  inside_until_unused: {
    en: 'earlier when unused for {{minutes}} min',
    zh: '{{minutes}} 分钟未使用则提前结束',
  },
  inside_leave: { en: 'Log out', zh: '退出登录' },
  inside_calls: { en: 'All calls of the API', zh: '全部 API 调用' },
  inside_console: { en: 'Open the console', zh: '打开控制台' },
  approve_title: { en: 'Let a command line in?', zh: '允许命令行登录？' },
  approve_type_lead: {
    en: 'Type the code that holdfast login shows in the terminal.',
    zh: '请输入 holdfast login 在终端显示的代码。',
  },
  approve_code: { en: 'Code', zh: '代码' },
  approve_code_hint: {
    en: 'Case and the line between do not matter.',
    zh: '不区分大小写，中间的横线可省略。',
  },
  approve_find: { en: 'Show what asks', zh: '查看请求' },
  approve_lead: {
    en: 'Approve only if you have started this yourself just now, and the terminal shows the same code.',
    zh: '仅当这是您本人刚刚发起，且终端显示的代码与此相同时，才可批准。',
  },
  approve_machine: { en: 'Machine', zh: '机器' },
  approve_program: { en: 'Program', zh: '程序' },
  approve_asked: { en: 'Asked', zh: '请求时间' },
  approve_as: { en: 'Acts as', zh: '登录身份' },
  approve_may: { en: 'Will be able to', zh: '将可以' },
  approve_approve: { en: 'Approve', zh: '批准' },
  approve_deny: { en: 'Deny', zh: '拒绝' },
  approve_again: {
    en: 'It has been a while since you logged in. Show once more that it is you.',
    zh: '距您上次登录已有一段时间，请再次确认是您本人。',
  },
  approve_again_company: { en: 'Show once more that it is you', zh: '再次确认身份' },
  approve_unknown_title: { en: 'No command line waits with this code', zh: '没有使用此代码等待的命令行' },
  approve_unknown: {
    en: 'It was mistyped, used, or its time has run out. Compare it with the terminal, or run holdfast login again.',
    zh: '代码可能输入有误、已被使用或已过期。请与终端核对，或重新执行 holdfast login。',
  },
  approve_approved_title: { en: 'The command line is in', zh: '命令行已登录' },
  approve_approved: {
    en: 'The one on {{machine}} goes on by itself. You can close this page.',
    zh: '{{machine}} 上的命令行会自动继续，可以关闭本页。',
  },
  approve_denied_title: { en: 'The command line stays out', zh: '已拒绝命令行登录' },
  approve_denied: {
    en: 'It knows now. If you did not start it, another person tried to act in your name: tell an administrator.',
    zh: '命令行已收到通知。如果不是您发起的，说明有人试图冒用您的身份，请告知管理员。',
  },
  approve_foot: {
    en: 'Its login ends like yours, and holdfast logins shows and ends it.',
    zh: '该登录的有效期与您的相同，可用 holdfast logins 查看和结束。',
  },
  fault_password_of_one: {
    en: 'It has 1 character; make it 12 or more. Another word does it.',
    zh: '目前只有 1 个字符，至少需要 12 个，再加一个词即可。',
  },
  company_going_on: { en: 'You are logged in', zh: '您已登录' },
  company_go_on: { en: 'Go on', zh: '继续' },
  company_refused: { en: 'You are not logged in', zh: '未能登录' },
  company_back: { en: 'To the login', zh: '返回登录页' },
  unsupported_media_type: {
    en: 'Pages take what their forms send. Programs use the calls of the API.',
    zh: '页面只接受其表单提交的内容。程序请使用 API 的调用。',
  },
} as const;

export const pagesText = catalogue('pages', texts);

/** Says the texts of the pages in one language. */
export const sayIn =
  (language: Language): TextsOf<typeof texts, string> =>
  (code, ...[params]) =>
    inLanguage({ code: `pages.${code}`, ...(params && { params }) }, language);

export type Say = ReturnType<typeof sayIn>;
