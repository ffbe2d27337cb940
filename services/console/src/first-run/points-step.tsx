import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import type { Forms } from '../forms/use-protocols.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { bodyOfDevice, testDevice, useDevice, usePoints } from './first-run-queries.ts';
import { NewPoint } from './new-point.tsx';
import { PointTable } from './point-table.tsx';
import { useFirstRunTexts } from './texts.ts';

/** The second step: points by hand, each shown as it is read. */
export function PointsStep({ protocols, id }: { protocols: readonly Forms[]; id: number }) {
  const { t } = useFirstRunTexts();
  const navigate = useNavigate({ from: '/first-run' });
  const device = useDevice(id);
  const points = usePoints(id);
  const count = points.data?.length ?? 0;
  const testRead = useQuery({
    queryKey: ['configuration', 'read', id, points.data?.map((each) => each.id).join()],
    queryFn: () => testDevice(id),
    enabled: count > 0,
    retry: false,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });
  const error = device.error ?? points.error;
  if (device.data === undefined || points.data === undefined) {
    if (!error) return <p className="quiet">{t('app.loading')}</p>;
    return (
      <>
        <ProblemText title={t('first.gone')} error={error} />
        <Link to="/first-run">{t('first.again')}</Link>
      </>
    );
  }
  const { code, name, protocol } = device.data;
  const form = protocols.find((each) => each.protocol === protocol);
  if (form === undefined) return null;
  return (
    <>
      <section className="first-section" aria-labelledby="first-points-title">
        <header className="first-section-head">
          <h2 id="first-points-title">{t('first.points.of', { device: name || code })}</h2>
          {count > 0 && (
            <Button
              className="button"
              isDisabled={testRead.isFetching}
              onPress={() => void testRead.refetch()}
            >
              {t(testRead.isFetching ? 'first.points.reading' : 'first.points.read')}
            </Button>
          )}
        </header>
        {count === 0 ? (
          <p className="quiet">{t('first.points.none')}</p>
        ) : (
          <PointTable points={points.data} form={form} testRead={testRead} />
        )}
      </section>
      <section className="first-section" aria-labelledby="first-new-title">
        <h2 id="first-new-title">{t('first.points.new')}</h2>
        <NewPoint deviceId={id} device={bodyOfDevice(device.data)} form={form} />
      </section>
      <footer className="first-foot">
        <Button
          className="button is-main"
          isDisabled={count === 0}
          onPress={() => void navigate({ search: (before) => ({ ...before, step: 'start' as const }) })}
        >
          {t('first.points.next')}
        </Button>
        {count === 0 && <p className="small quiet">{t('first.points.next.none')}</p>}
      </footer>
    </>
  );
}
