import { useEffect } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../app/preferences.tsx';
import { Icon } from '../parts/icon.tsx';
import { type CommandOutcome, useCommands } from './commands.tsx';

/** The outcomes of commands. Good news disappears by itself; the rest stays until somebody has read it. */
export function Outcomes() {
  const { outcomes, dismiss } = useCommands();
  return (
    <div className="outcomes" role="status">
      {outcomes.map((each) => (
        <Outcome key={each.id} {...each} dismiss={dismiss} />
      ))}
    </div>
  );
}

function Outcome({
  id,
  session,
  command,
  outcome,
  detail,
  dismiss,
}: CommandOutcome & { dismiss: (id: number) => void }) {
  const { t } = usePreferences();
  useEffect(() => {
    if (outcome !== 'stored') return;
    const timer = setTimeout(() => dismiss(id), 6_000);
    return () => clearTimeout(timer);
  }, [id, outcome, dismiss]);
  const text = {
    stored: () => t(`command.stored.${command}`, { session }),
    refused: () => t('command.refused', { session, detail }),
    unknown: () => t('command.unknown', { session }),
    unreached: () => t('command.unreached', { session }),
  }[outcome]();
  return (
    <div className={`outcome is-${outcome}`}>
      <p>{text}</p>
      <Button className="button is-bare" aria-label={t('command.dismiss')} onPress={() => dismiss(id)}>
        <Icon name="close" />
      </Button>
    </div>
  );
}
