import type { SessionLiveView } from '@holdfast/shared/contracts/http/session-http.ts';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useWhyNotAt } from '../../parts/role-note.tsx';
import { pendingWord, type SessionCommand, useCommands } from '../commands.tsx';
import { nameOf } from '../session-state.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { useDetailTexts } from './texts.ts';

/** The commands that a session takes in its present state. Commands that the user may not give are shown with the reason. */
export function SessionActions({ session, sites }: { session: SessionLiveView; sites: readonly string[] }) {
  const { t } = useDetailTexts();
  const whyNot = useWhyNotAt('operator', sites);
  const { pendingCommands, send } = useCommands();
  const [commandToConfirm, setCommandToConfirm] = useState<'stop' | 'pause'>();
  const commands = commandsFor(session);
  if (commands.length === 0) return null;
  const under = pendingCommands.get(session.id);
  const name = nameOf(session);
  const press = (command: SessionCommand) => {
    if (command === 'stop' || command === 'pause') setCommandToConfirm(command);
    else void send({ id: session.id, name }, command, '');
  };
  return (
    <div className="actions">
      {commands.map((command) => (
        <Button
          key={command}
          className="button"
          isDisabled={whyNot !== undefined || under !== undefined}
          onPress={() => press(command)}
        >
          {under === command ? t(pendingWord[command]) : t(`command.${command}`)}
        </Button>
      ))}
      {whyNot !== undefined && <p className="small quiet actions-note">{whyNot}</p>}
      {commandToConfirm && (
        <ReasonDialog
          command={commandToConfirm}
          name={name}
          onClose={() => setCommandToConfirm(undefined)}
          onConfirm={(reason) => {
            setCommandToConfirm(undefined);
            void send({ id: session.id, name }, commandToConfirm, reason);
          }}
        />
      )}
    </div>
  );
}

function commandsFor({ status, placement }: SessionLiveView): SessionCommand[] {
  switch (status) {
    case 'running':
      return placement?.state === 'placed' ? ['pause', 'stop'] : ['recover', 'pause', 'stop'];
    case 'paused':
      return ['resume', 'stop'];
    case 'error':
      return ['recover', 'stop'];
    case 'stopped':
      return [];
    default:
      return status satisfies never;
  }
}
