import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { PreferencesProvider, storedLanguage } from './app/preferences.tsx';
import { router } from './app/router.tsx';
import { speak } from './i18n/language.ts';
import { OutcomesProvider } from './parts/outcomes.tsx';
import { CommandsProvider } from './sessions/commands.tsx';
import { PlantTimeProvider } from './time/plant-time-provider.tsx';
import './look/tokens.css';
import './look/base.css';
import './parts/parts.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refused request (4xx) would be refused again.
      retry: (count, error) =>
        !(error instanceof ApiRefusal && error.status < 500 && error.status !== 429) && count < 3,
      retryDelay: 2_000,
      // The plant's own network works even if the browser believes that it is offline.
      networkMode: 'always',
      staleTime: 2_000,
    },
  },
});

const root = document.querySelector('#root');
if (root === null) throw new Error('the page has no place for the console');
const texts = await speak(storedLanguage());
createRoot(root).render(
  <PreferencesProvider first={texts}>
    <QueryClientProvider client={queries}>
      <PlantTimeProvider>
        <OutcomesProvider>
          <CommandsProvider>
            <RouterProvider router={router} />
          </CommandsProvider>
        </OutcomesProvider>
      </PlantTimeProvider>
    </QueryClientProvider>
  </PreferencesProvider>,
);
