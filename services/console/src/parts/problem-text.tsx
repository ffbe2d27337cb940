import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import { Button } from 'react-aria-components/Button';
import { usePreferences } from '../app/preferences.tsx';

/** A problem in the words of the server, with a way to try again. */
export function ProblemText({ title, error, again }: { title: string; error: Error; again?: () => void }) {
  const { t } = usePreferences();
  const detail = error instanceof ApiRefusal ? (error.problem.detail ?? error.problem.title) : error.message;
  return (
    <div className="empty" role="alert">
      <h2>{title}</h2>
      <p lang="en">{detail}</p>
      {again && (
        <Button className="button" onPress={again}>
          {t('app.again')}
        </Button>
      )}
    </div>
  );
}
