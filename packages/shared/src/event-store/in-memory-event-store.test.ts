import { describe } from 'vitest';
import { eventStoreContract } from './event-store.contract.ts';
import { InMemoryEventStore } from './in-memory-event-store.ts';

describe('the event store in memory', () => {
  const store = new InMemoryEventStore();
  eventStoreContract(async () => store);
});
