// `npm run audit`: are there known vulnerabilities in packages that Holdfast runs on? Asks the registry.

import { parseArgs } from 'node:util';
import { type Advisory, judgeAudit, SEVERITIES, type Severity } from './judge-audit.ts';
import { runPnpm } from './run-pnpm.ts';

const HELP = `Asks the registry for known vulnerabilities of the packages that Holdfast runs on (not those of development).

  npm run -s audit                             fails for those of severity high and critical, and tells of the others
  npm run -s audit -- --level moderate         fails for these too: ${SEVERITIES.join(', ')}
  npm run -s audit -- --require-answer         fails also when the registry gives no answer

Exit codes: 0 nothing serious is known, or the registry gave no answer (a warning says so); 1 there is a vulnerability;
2 the audit failed or the call is wrong; 3 no answer, with --require-answer.
`;

// Shorter than pnpm's own patience of more than a minute, which every run of CI without a network would wait.
const PATIENCE = {
  pnpm_config_fetch_retries: '1',
  pnpm_config_fetch_retry_mintimeout: '1000',
  pnpm_config_fetch_retry_maxtimeout: '1000',
  pnpm_config_fetch_timeout: '20000',
};

interface Options {
  readonly level: Severity;
  readonly requireAnswer: boolean;
}

async function main(pnpm: string, args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n${HELP}`);
    return 2;
  }
  const outcome = await runPnpm(pnpm, ['audit', '--prod', '--json'], PATIENCE);
  const verdict = judgeAudit(outcome, options.level);
  switch (verdict.kind) {
    case 'failed':
      process.stderr.write(
        `${outcome.stdout}${outcome.stderr}\nThe audit failed (exit code ${outcome.code}).\n`,
      );
      return 2;
    case 'unanswered':
      process.stderr.write(
        `${outcome.stderr.trim()}\nWARNING: the registry gave no answer about vulnerabilities, so none are known and none ` +
          'are ruled out. Run "npm run audit" again where it can be reached.\n',
      );
      return options.requireAnswer ? 3 : 0;
    case 'answered':
      for (const each of verdict.milder) process.stdout.write(`note: ${describeAdvisory(each)}\n`);
      for (const each of verdict.serious) process.stderr.write(`✗ ${describeAdvisory(each)}\n`);
      if (verdict.serious.length === 0) {
        process.stdout.write(
          `Of ${verdict.packages} packages none has a known vulnerability of severity ${options.level} or above.\n`,
        );
        return 0;
      }
      process.stderr.write(
        `Known vulnerabilities of severity ${options.level} or above: ${verdict.serious.length}. Take a version without ` +
          'it, or see docs/supply-chain.md for one that does not concern us.\n',
      );
      return 1;
    default:
      return verdict satisfies never;
  }
}

function optionsOf(args: readonly string[]): Options | 'help' | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        level: { type: 'string', default: 'high' },
        'require-answer': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const level = SEVERITIES.find((each) => each === values.level);
    if (level === undefined) return `--level is one of ${SEVERITIES.join(', ')}, not "${values.level}".`;
    return { level, requireAnswer: values['require-answer'] };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function describeAdvisory({ packageName, installed, severity, title, url, patchedIn }: Advisory): string {
  const wayOut = patchedIn === undefined ? 'no version without it yet' : `not in ${patchedIn}`;
  return `${packageName} ${installed.join(', ')}: ${severity}, ${title} (${wayOut}) ${url}`;
}

try {
  const [pnpm = '', ...args] = process.argv.slice(2);
  process.exitCode = await main(pnpm, args);
} catch (error) {
  process.stderr.write(`The audit failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
