import { type Severity, SeverityMark, StateMark } from './mark.tsx';

type State = Parameters<typeof StateMark>[0]['state'];

/** A state as sign and word: plain when all is well, with its priority when it needs attention. */
export function StateWord({
  state,
  severity,
  children,
}: {
  state: State;
  severity: Severity | undefined;
  children: string;
}) {
  return (
    <span className="state-word">
      {severity === undefined ? <StateMark state={state} /> : <SeverityMark severity={severity} />}
      <span>{children}</span>
    </span>
  );
}
