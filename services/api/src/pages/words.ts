import type { Role } from '@holdfast/shared/contracts/api-key.ts';
import type { Language } from '../problems/wanted-language.ts';

/** All that the pages say. */
export interface Words {
  readonly ownName: string;
  readonly openToReaders: string;
  readonly login: string;
  readonly loginHint: string;
  readonly name: string;
  readonly nameHint: string;
  readonly password: string;
  readonly newPassword: string;
  readonly passwordHint: string;
  readonly repeat: string;
  readonly roles: Readonly<Record<Role, string>>;
  readonly rights: Readonly<Record<Role, string>>;
  readonly allSites: string;
  readonly atSites: (codes: readonly string[]) => string;
  readonly nothing: string;
  readonly faults: {
    readonly loginMissing: string;
    readonly loginForm: string;
    readonly loginTaken: string;
    readonly nameMissing: string;
    readonly nameLong: string;
    readonly passwordMissing: string;
    readonly passwordShort: (length: number) => string;
    readonly passwordLong: string;
    readonly passwordIsLogin: string;
    readonly repeatOther: string;
    readonly codeMissing: string;
  };
  readonly problems: {
    readonly loginFailed: readonly [string, string];
    readonly delayed: (seconds: number) => readonly [string, string];
    readonly busy: readonly [string, string];
    readonly unavailable: readonly [string, string];
    readonly overHttp: readonly [string, string];
    readonly fromElsewhere: readonly [string, string];
    readonly other: (requestId: string) => readonly [string, string];
  };
  readonly first: {
    readonly title: string;
    readonly lead: string;
    readonly send: string;
    readonly foot: string;
    readonly overTitle: string;
    readonly overLead: string;
    readonly overMore: string;
  };
  readonly renew: {
    readonly title: string;
    readonly lead: (name: string) => string;
    readonly send: string;
    readonly foot: string;
    readonly overTitle: string;
    readonly overLead: string;
  };
  readonly enter: {
    readonly title: string;
    readonly toApprove: string;
    readonly send: string;
    readonly company: (name: string) => string;
    readonly or: string;
    readonly forgotten: string;
    readonly noUsers: string;
    readonly loggedOut: string;
  };
  readonly inside: {
    readonly title: (name: string) => string;
    readonly login: string;
    readonly may: string;
    readonly until: string;
    readonly untilUnused: (minutes: number) => string;
    readonly leave: string;
    readonly calls: string;
    readonly console: string;
  };
  readonly approve: {
    readonly title: string;
    readonly typeLead: string;
    readonly code: string;
    readonly codeHint: string;
    readonly find: string;
    readonly lead: string;
    readonly machine: string;
    readonly program: string;
    readonly asked: string;
    readonly as: string;
    readonly may: string;
    readonly approve: string;
    readonly deny: string;
    readonly again: string;
    readonly againCompany: string;
    readonly unknownTitle: string;
    readonly unknown: string;
    readonly approvedTitle: string;
    readonly approved: (machine: string) => string;
    readonly deniedTitle: string;
    readonly denied: string;
    readonly foot: string;
  };
}

const english: Words = {
  ownName: 'English',
  openToReaders:
    'This connection is not encrypted: others in the network can read what you type. Use the https address if there is one.',
  login: 'Login name',
  loginHint: 'Latin letters, digits and . _ - @; case does not matter. It cannot be changed later.',
  name: 'Your name',
  nameHint: 'As others see it, in any script.',
  password: 'Password',
  newPassword: 'New password',
  passwordHint:
    'At least 12 characters. A few words that only you would put together are best; digits and signs are not needed.',
  repeat: 'Repeat the password',
  roles: { viewer: 'Viewer', operator: 'Operator', engineer: 'Engineer', administrator: 'Administrator' },
  rights: {
    viewer: 'Read everything but users, keys and the audit log',
    operator: 'Read; start, stop, pause and resume sessions',
    engineer: 'Read, run sessions, change the configuration, write to devices',
    administrator: 'Everything: users and keys, configuration, devices, sessions',
  },
  allSites: 'at all sites',
  atSites: (codes) => `at ${codes.join(', ')}`,
  nothing: 'Nothing yet: an administrator gives roles',
  faults: {
    loginMissing: 'Put in a login name.',
    loginForm:
      'Begin with a Latin letter or a digit; after it Latin letters, digits and . _ - @ are taken, no blanks.',
    loginTaken: 'Somebody has this login name, perhaps in other case. Choose another one.',
    nameMissing: 'Put in your name.',
    nameLong: 'Make it 100 characters at most.',
    passwordMissing: 'Put in a password.',
    passwordShort: (length) =>
      `It has ${length} ${length === 1 ? 'character' : 'characters'}; make it 12 or more. Another word does it.`,
    passwordLong: 'Make it 256 characters at most.',
    passwordIsLogin: 'It is the login name, which others know. Choose something else.',
    repeatOther: 'The two are not the same. Type the new password once more here.',
    codeMissing: 'Put in the code that the terminal shows.',
  },
  problems: {
    loginFailed: [
      'Login name or password is not right',
      'Look at both, and whether Caps Lock is on. After several tries each one takes longer.',
    ],
    delayed: (seconds) => [
      `Wait ${seconds} s, then try again`,
      'This login was tried too often, from here or elsewhere. Other people can log in meanwhile.',
    ],
    busy: ['Many people log in just now', 'Try again in a few seconds.'],
    unavailable: [
      'Nobody can log in just now',
      'The message broker that knows the logins cannot be reached. Acquisition goes on. Try again soon.',
    ],
    overHttp: [
      'Not over a connection that others can read',
      'Log in by the https address, or on the machine of Holdfast itself. An administrator finds more under LOGIN_OVER_HTTP in docs/reference/settings.md.',
    ],
    fromElsewhere: [
      'This did not come from a page of this address',
      'Open the page anew under the address that your administrator names, and send it from there.',
    ],
    other: (requestId) => ['That did not work', `Try again. The log of the API has more under ${requestId}.`],
  },
  first: {
    title: 'Set up the first administrator',
    lead: 'This makes the account that everything else begins with: it may do everything at all sites, and lets others in.',
    send: 'Create administrator',
    foot: 'This page opens by a link that works once.',
    overTitle: 'This link is over',
    overLead:
      'It was used, its time has run out, or there is an administrator already. If that is you, log in.',
    overMore:
      'While there is no administrator, this command shows a new link on the machine of Holdfast; so does each start.',
  },
  renew: {
    title: 'Choose your password',
    lead: (name) => `For ${name}. Whoever was logged in with the former one has to log in again.`,
    send: 'Save and log in',
    foot: 'This page opens by a link that works once.',
    overTitle: 'This link is over',
    overLead:
      'It was used, its time has run out, or there is a newer one. Ask an administrator for another one.',
  },
  enter: {
    title: 'Log in',
    toApprove: 'Then you see which command line asks to be let in.',
    send: 'Log in',
    company: (name) => `Log in with ${name}`,
    or: 'or',
    forgotten: 'Password forgotten? An administrator makes a link with which you choose a new one.',
    noUsers:
      'There are no users yet. The start of Holdfast has shown a link for the first administrator; on its machine this command shows a new one.',
    loggedOut: 'You are logged out.',
  },
  inside: {
    title: (name) => name,
    login: 'Logged in as',
    may: 'Role',
    until: 'Ends',
    untilUnused: (minutes) => `earlier when unused for ${minutes} min`,
    leave: 'Log out',
    calls: 'All calls of the API',
    console: 'Open the console',
  },
  approve: {
    title: 'Let a command line in?',
    typeLead: 'Type the code that holdfast login shows in the terminal.',
    code: 'Code',
    codeHint: 'Case and the line between do not matter.',
    find: 'Show what asks',
    lead: 'Approve only if you have started this yourself just now, and the terminal shows the same code.',
    machine: 'Machine',
    program: 'Program',
    asked: 'Asked',
    as: 'Acts as',
    may: 'Will be able to',
    approve: 'Approve',
    deny: 'Deny',
    again: 'It has been a while since you logged in. Show once more that it is you.',
    againCompany: 'Show once more that it is you',
    unknownTitle: 'No command line waits with this code',
    unknown:
      'It was mistyped, used, or its time has run out. Compare it with the terminal, or start holdfast login anew.',
    approvedTitle: 'The command line is in',
    approved: (machine) => `The one on ${machine} goes on by itself. You can close this page.`,
    deniedTitle: 'The command line stays out',
    denied:
      'It was told so. If it was not you who started it, somebody tried to act in your name: tell an administrator.',
    foot: 'Its login ends like yours, and holdfast logins shows and ends it.',
  },
};

const chinese: Words = {
  ownName: '中文',
  openToReaders: '此连接未加密，同一网络中的其他人可以读到您输入的内容。如有 https 地址，请改用该地址。',
  login: '登录名',
  loginHint: '可用英文字母、数字和 . _ - @，不区分大小写。创建后不可更改。',
  name: '姓名',
  nameHint: '显示给其他人看，可使用任何文字。',
  password: '密码',
  newPassword: '新密码',
  passwordHint: '至少 12 个字符。最好用几个只有您会放在一起的词，不要求包含数字或符号。',
  repeat: '再次输入密码',
  roles: { viewer: '只读用户', operator: '操作员', engineer: '工程师', administrator: '管理员' },
  rights: {
    viewer: '查看除用户、密钥和审计日志以外的所有内容',
    operator: '查看；启动、停止、暂停和恢复会话',
    engineer: '查看、操作会话、修改配置、写入设备',
    administrator: '所有操作：用户与密钥、配置、设备、会话',
  },
  allSites: '全部站点',
  atSites: (codes) => `站点 ${codes.join('、')}`,
  nothing: '暂无权限，请联系管理员分配角色',
  faults: {
    loginMissing: '请输入登录名。',
    loginForm: '须以英文字母或数字开头，其后可用英文字母、数字和 . _ - @，不能有空格。',
    loginTaken: '该登录名已被使用（不区分大小写），请换一个。',
    nameMissing: '请输入姓名。',
    nameLong: '最多 100 个字符。',
    passwordMissing: '请输入密码。',
    passwordShort: (length) => `目前只有 ${length} 个字符，至少需要 12 个，再加一个词即可。`,
    passwordLong: '最多 256 个字符。',
    passwordIsLogin: '密码与登录名相同，而登录名人人可见。请换一个。',
    repeatOther: '两次输入不一致，请在此重新输入新密码。',
    codeMissing: '请输入终端显示的代码。',
  },
  problems: {
    loginFailed: [
      '登录名或密码不正确',
      '请检查两项输入以及大写锁定键。多次失败后，每次尝试的等待时间会变长。',
    ],
    delayed: (seconds) => [
      `请等待 ${seconds} 秒后再试`,
      '此登录名（从这里或其他地方）尝试的次数过多。其他人的登录不受影响。',
    ],
    busy: ['当前登录人数较多', '请过几秒再试。'],
    unavailable: ['暂时无法登录', '无法连接保存登录信息的消息服务器。数据采集不受影响，请稍后再试。'],
    overHttp: [
      '不能通过未加密的连接登录',
      '请使用 https 地址，或在 Holdfast 所在的机器上登录。管理员可查看 docs/reference/settings.md 中的 LOGIN_OVER_HTTP。',
    ],
    fromElsewhere: ['请求并非来自本地址的页面', '请用管理员提供的地址重新打开页面，再从该页面提交。'],
    other: (requestId) => ['操作未成功', `请重试。详情见 API 日志，请求编号 ${requestId}。`],
  },
  first: {
    title: '创建第一位管理员',
    lead: '一切从这个账号开始：它在全部站点拥有全部权限，并可为其他人开通账号。',
    send: '创建管理员',
    foot: '打开本页的链接只能使用一次。',
    overTitle: '此链接已失效',
    overLead: '链接已被使用、已过期，或者已有管理员。如果管理员就是您，请直接登录。',
    overMore: '尚无管理员时，在 Holdfast 所在的机器上执行以下命令可获得新链接；每次启动时也会显示。',
  },
  renew: {
    title: '设置密码',
    lead: (name) => `账号：${name}。使用旧密码的登录将全部失效，需重新登录。`,
    send: '保存并登录',
    foot: '打开本页的链接只能使用一次。',
    overTitle: '此链接已失效',
    overLead: '链接已被使用、已过期，或已有更新的链接。请向管理员索取新链接。',
  },
  enter: {
    title: '登录',
    toApprove: '登录后即可查看是哪个命令行在请求登录。',
    send: '登录',
    company: (name) => `使用 ${name} 登录`,
    or: '或',
    forgotten: '忘记密码？请管理员生成链接，用它设置新密码。',
    noUsers:
      '目前还没有用户。Holdfast 启动时已显示创建第一位管理员的链接；在该机器上执行以下命令可获得新链接。',
    loggedOut: '您已退出登录。',
  },
  inside: {
    title: (name) => name,
    login: '登录身份',
    may: '角色',
    until: '有效期至',
    untilUnused: (minutes) => `${minutes} 分钟未使用则提前结束`,
    leave: '退出登录',
    calls: '全部 API 调用',
    console: '打开控制台',
  },
  approve: {
    title: '允许命令行登录？',
    typeLead: '请输入 holdfast login 在终端显示的代码。',
    code: '代码',
    codeHint: '不区分大小写，中间的横线可省略。',
    find: '查看请求',
    lead: '仅当这是您本人刚刚发起，且终端显示的代码与此相同时，才可批准。',
    machine: '机器',
    program: '程序',
    asked: '请求时间',
    as: '登录身份',
    may: '将可以',
    approve: '批准',
    deny: '拒绝',
    again: '距您上次登录已有一段时间，请再次确认是您本人。',
    againCompany: '再次确认身份',
    unknownTitle: '没有使用此代码等待的命令行',
    unknown: '代码可能输入有误、已被使用或已过期。请与终端核对，或重新执行 holdfast login。',
    approvedTitle: '命令行已登录',
    approved: (machine) => `${machine} 上的命令行会自动继续，可以关闭本页。`,
    deniedTitle: '已拒绝命令行登录',
    denied: '命令行已收到通知。如果不是您发起的，说明有人试图冒用您的身份，请告知管理员。',
    foot: '该登录的有效期与您的相同，可用 holdfast logins 查看和结束。',
  },
};

export const words: Readonly<Record<Language, Words>> = { en: english, zh: chinese };
