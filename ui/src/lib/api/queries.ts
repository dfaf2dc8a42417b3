/** One cache of server state for all screens. Use with svelte-query: `createQuery(() => ({ queryKey, queryFn }))`. */
import { QueryClient } from "@tanstack/svelte-query";
import { RequestFailed } from "../errors";

const MAX_RETRIES = 3;

/** Only what may pass by itself is tried again: a refusal stays a refusal. */
export function worthRetrying(n_failures: number, error: unknown): boolean {
  return n_failures < MAX_RETRIES && !(error instanceof RequestFailed && !error.isPassing);
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: worthRetrying,
        staleTime: 15_000,
        networkMode: "always",
        // By default only what markup has already read is followed: data first read after it came would stay unseen.
        notifyOnChangeProps: "all",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
