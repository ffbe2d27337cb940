import { lazy, Suspense, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { TimeRange } from '../time/time-range.ts';
import type { ExportSubject } from './export-subject.ts';
import { useExportTexts } from './texts.ts';

const ExportDialog = lazy(() => import('./export-dialog.tsx'));

/** Opens the export of values, with the points and the time of its screen chosen. */
export function ExportButton({
  subject,
  range,
}: {
  readonly subject: ExportSubject;
  readonly range: TimeRange;
}) {
  const { t } = useExportTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button className="button" onPress={() => setOpen(true)}>
        {t('export.open')}
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <ExportDialog subject={subject} range={range} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
