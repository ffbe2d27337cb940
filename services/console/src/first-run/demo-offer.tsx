import type { DemoView } from '@holdfast/shared/contracts/http/demo-http.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'react-aria-components/Button';
import { api } from '../api/api.ts';
import { ProblemText } from '../parts/problem-text.tsx';
import { loadDemo } from './load-demo.ts';
import { useFirstRunTexts } from './texts.ts';

/** Starts the demo by one button, where its simulator runs; elsewhere says how to get it. */
export function DemoOffer() {
  const { t } = useFirstRunTexts();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['configuration', 'demo'],
    queryFn: () => api.get<DemoView>('/api/config/demo/'),
  });
  const demo = data?.configuration;
  const load = useMutation({
    mutationFn: async () => (demo ? loadDemo(demo) : undefined),
    onSuccess: async (session) => {
      await Promise.all(
        ['configuration', 'sessions', 'tasks'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
      if (typeof session === 'string') void navigate({ to: '/sessions', search: { session } });
    },
  });
  if (data === undefined) return null;
  const silent = typeof load.data === 'object' ? load.data : undefined;
  return (
    <section className="first-demo" aria-labelledby="first-demo-title">
      <h2 id="first-demo-title">{t('first.demo')}</h2>
      {demo ? (
        <>
          <p>{t('first.demo.text', { points: demo.points.length })}</p>
          <div className="schema-actions">
            <Button className="button" isDisabled={load.isPending} onPress={() => load.mutate()}>
              {t(load.isPending ? 'first.demo.doing' : 'first.demo.do')}
            </Button>
          </div>
          {silent && (
            <p className="first-bad" role="alert">
              {t('first.demo.silent', { where: silent.where, detail: silent.detail })}
            </p>
          )}
          {load.error && <ProblemText title={t('first.start.refused')} error={load.error} />}
        </>
      ) : (
        <p className="quiet">{t('first.demo.none')}</p>
      )}
    </section>
  );
}
