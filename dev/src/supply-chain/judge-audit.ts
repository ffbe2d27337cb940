import * as z from 'zod';
import type { PnpmOutcome } from './run-pnpm.ts';

/** Severities of advisories, mildest first. */
export const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Advisory {
  readonly packageName: string;
  readonly installed: readonly string[];
  readonly severity: Severity;
  readonly title: string;
  readonly url: string;
  /** Versions without the vulnerability, or undefined if there are none yet. */
  readonly patchedIn: string | undefined;
}

export type AuditVerdict =
  /** `serious`: advisories at the asked level or above it. */
  | {
      readonly kind: 'answered';
      readonly packages: number;
      readonly serious: readonly Advisory[];
      readonly milder: readonly Advisory[];
    }
  /** The registry could not be reached, or does not answer such questions. Nothing is known. */
  | { readonly kind: 'unanswered' }
  /** The audit itself failed. */
  | { readonly kind: 'failed' };

const reportSchema = z.object({
  advisories: z.record(
    z.string(),
    z.object({
      module_name: z.string(),
      severity: z.enum(SEVERITIES),
      title: z.string(),
      url: z.string(),
      patched_versions: z.string().nullish(),
      findings: z.array(z.object({ version: z.string() })),
    }),
  ),
  metadata: z.object({ totalDependencies: z.int() }),
});

/** pnpm's one code for no connection, for an error as answer, and for an unexpected answer. */
const UNANSWERED = /\bERR_PNPM_AUDIT_BAD_RESPONSE\b/;

/** Judges the output of `pnpm audit --json`, whose exit code is 1 both for an advisory and for an unavailable registry. */
export function judgeAudit({ stdout, stderr }: PnpmOutcome, level: Severity): AuditVerdict {
  const report = reportIn(stdout);
  if (report === undefined) {
    return { kind: UNANSWERED.test(stderr) || UNANSWERED.test(stdout) ? 'unanswered' : 'failed' };
  }
  const advisories = Object.values(report.advisories).map((each) => ({
    packageName: each.module_name,
    installed: [...new Set(each.findings.map(({ version }) => version))],
    severity: each.severity,
    title: each.title,
    url: each.url,
    patchedIn: each.patched_versions ?? undefined,
  }));
  const isSerious = ({ severity }: Advisory) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(level);
  return {
    kind: 'answered',
    packages: report.metadata.totalDependencies,
    serious: advisories.filter(isSerious),
    milder: advisories.filter((each) => !isSerious(each)),
  };
}

function reportIn(stdout: string): z.infer<typeof reportSchema> | undefined {
  let content: unknown;
  try {
    content = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  return reportSchema.safeParse(content).data;
}
