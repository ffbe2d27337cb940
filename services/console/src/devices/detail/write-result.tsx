import { ApiRefusal, NoAnswer } from '@holdfast/api-client/api-failures.ts';
import type { WrittenPoint } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { PointView } from '@holdfast/shared/contracts/http/point-http.ts';
import { Button } from 'react-aria-components/Button';
import { SeverityMark, StateMark } from '../../parts/mark.tsx';
import { ProblemLink } from '../../parts/problem-link.tsx';
import { formatValue } from './format-value.ts';
import { useDeviceTexts } from './texts.ts';
import { useWriteTexts } from './write-texts.ts';

export type WriteOutcome =
  | { readonly kind: 'written' | 'differs'; readonly result: WrittenPoint }
  /** The device may have taken the value. */
  | { readonly kind: 'unknown'; readonly detail: string; readonly code?: string }
  /** The device did not take the value, or was not asked. */
  | { readonly kind: 'failed' | 'refused' | 'unreached'; readonly detail: string; readonly code?: string }
  /** The user has to log in again first; nothing was sent. */
  | { readonly kind: 'fresh' };

/** Answers of the API after which the outcome is unknown: a write that may have been sent may have been carried out. */
const unknownStatuses = new Set([500, 504]);

export function failureOf(error: unknown): WriteOutcome {
  if (error instanceof NoAnswer)
    return { kind: error.mayHaveArrived ? 'unknown' : 'unreached', detail: error.message };
  if (!(error instanceof ApiRefusal)) throw error;
  const { code } = error;
  const detail = error.problem.detail ?? error.problem.title ?? '';
  if (code === 'fresh_authentication_needed') return { kind: 'fresh' };
  if (code === 'outcome_unknown' || unknownStatuses.has(error.status))
    return { kind: 'unknown', detail, code };
  return { kind: code === 'write_failed' ? 'failed' : 'refused', detail, code };
}

export type FinishedOutcome = Exclude<WriteOutcome, { kind: 'fresh' }>;

/** The outcome of a write: the value before, the requested value, and the value that was read back. */
export function WriteResult({
  point,
  target,
  outcome,
  onClose,
  onRead,
  onAgain,
}: {
  point: PointView;
  target: number | boolean | string;
  outcome: FinishedOutcome;
  onClose: () => void;
  onRead: () => void;
  onAgain: () => void;
}) {
  const { t, locale } = useWriteTexts();
  const { t: device } = useDeviceTexts();
  const result = 'result' in outcome ? outcome.result : undefined;
  const readBack = result?.read_back;
  const isSeen = readBack != null && readBack.value !== null;
  const isGood = outcome.kind === 'written' && isSeen;
  const readBackText = (readBack: WrittenPoint['read_back'] | undefined) =>
    readBack == null || readBack.value === null
      ? t('write.unread')
      : formatValue(device, locale, readBack.value, point.unit);
  const raw = (words: readonly string[] | undefined) =>
    words && words.length > 0 ? <code className="small quiet">{words.slice(0, 8).join(' ')}</code> : null;
  const verdict =
    outcome.kind === 'written'
      ? t(isSeen ? 'write.written' : 'write.unverified')
      : t(`write.${outcome.kind}`);
  return (
    <div className="write-result">
      <p className="test-verdict" role="alert">
        {isGood ? (
          <StateMark state="running" />
        ) : (
          <SeverityMark severity={outcome.kind === 'differs' ? 3 : 2} />
        )}
        <strong>{verdict}</strong>
      </p>
      {outcome.kind === 'unknown' && <p>{t('write.unknown.do')}</p>}
      {'detail' in outcome && (
        <p className="small">
          {outcome.detail} <ProblemLink code={outcome.code ?? ''} />
        </p>
      )}
      <dl className="facts">
        {result && (
          <>
            <dt>{t('write.before')}</dt>
            <dd>
              {readBackText(result.before)} {raw(result.before?.raw)}
            </dd>
          </>
        )}
        <dt>{t('write.asked')}</dt>
        <dd>
          {formatValue(device, locale, target, point.unit)} {raw(result?.sent)}
        </dd>
        {result && (
          <>
            <dt>{t('write.after')}</dt>
            <dd>
              <strong>{readBackText(readBack)}</strong> {raw(readBack?.raw)}
            </dd>
          </>
        )}
      </dl>
      <div className="overlay-actions">
        <Button className="button" onPress={onAgain}>
          {t('write.again')}
        </Button>
        {!isGood && (
          <Button className="button" onPress={onRead}>
            {t('write.readNow')}
          </Button>
        )}
        <Button className="button is-main" onPress={onClose}>
          {t('app.close')}
        </Button>
      </div>
    </div>
  );
}
