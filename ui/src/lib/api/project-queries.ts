/**
 * What the screens of a project ask the server, one entry per question. Everything about project 3 lies under the key
 * ["project", 3], so that a change can invalidate it at once.
 */
import type { Job } from "../shapes-lead";
import { api, ask } from "./client";
import type { paths } from "./types";

export const projectKey = (id: number) => ["project", id];

const path = (id: number) => ({ params: { path: { project_id: id } } });

export const projectQuery = (id: number) => ({
  queryKey: [...projectKey(id), "project"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}", path(id))),
});

export const specQuery = (id: number) => ({
  queryKey: [...projectKey(id), "spec"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/spec", path(id))),
});

export const specHistoryQuery = (id: number) => ({
  queryKey: [...projectKey(id), "spec", "history"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/spec/history", path(id))),
});

/** The figures of a running project; asked for again every five seconds while the page is looked at. */
export const overviewQuery = (id: number) => ({
  queryKey: [...projectKey(id), "overview"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/overview", path(id))),
  refetchInterval: 5_000,
  refetchIntervalInBackground: false,
});

export interface ItemsWanted {
  state: string;
  q: string;
  label: string;
  /** Two classes, with a comma between them: items to which both have been given. */
  given: string;
  gold: boolean;
  cursor: string;
}

type ItemsQuery = NonNullable<paths["/api/projects/{project_id}/items"]["get"]["parameters"]["query"]>;

export const itemsQuery = (id: number, wanted: ItemsWanted) => ({
  queryKey: [...projectKey(id), "items", wanted],
  queryFn: () => {
    // Empty filters are left out: the server would look for an empty state.
    const query: unknown = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
    return ask(
      api.GET("/api/projects/{project_id}/items", {
        params: { path: { project_id: id }, query: query as ItemsQuery },
      }),
    );
  },
});

export const itemKey = (id: number, itemId: number) => [...projectKey(id), "item", itemId];

export const itemQuery = (id: number, itemId: number) => ({
  queryKey: itemKey(id, itemId),
  queryFn: () =>
    ask(
      api.GET("/api/projects/{project_id}/items/{item_id}", {
        params: { path: { project_id: id, item_id: itemId } },
      }),
    ),
});

export const membersQuery = (id: number) => ({
  queryKey: [...projectKey(id), "members"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/members", path(id))),
});

export const invitationsQuery = (id: number) => ({
  queryKey: [...projectKey(id), "invitations"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/invitations", path(id))),
});

/** Asked for again every second while a release is being built. */
export const releasesQuery = (id: number) => ({
  queryKey: [...projectKey(id), "releases"],
  queryFn: () => ask(api.GET("/api/projects/{project_id}/releases", path(id))),
  refetchInterval: (query: { state: { data?: { releases: { state: string }[] } | undefined } }) =>
    query.state.data?.releases.some((release) => release.state === "building") ? 1_000 : false,
});

export const eventsQuery = (id: number, cursor: string) => ({
  queryKey: [...projectKey(id), "events", cursor],
  queryFn: () =>
    ask(
      api.GET("/api/projects/{project_id}/events", {
        params: { path: { project_id: id }, query: cursor ? { cursor } : {} },
      }),
    ),
  // Whatever one has just done elsewhere is what one looks for here.
  staleTime: 0,
});

export const isUnderWay = (job: Job | undefined) => job?.state === "waiting" || job?.state === "running";

/** Asked for again until the job is over. */
export const jobQuery = (id: number, jobId: number) => ({
  queryKey: [...projectKey(id), "job", jobId],
  queryFn: () =>
    ask(
      api.GET("/api/projects/{project_id}/jobs/{job_id}", {
        params: { path: { project_id: id, job_id: jobId } },
      }),
    ),
  staleTime: 0,
  refetchInterval: (query: { state: { data?: Job | undefined } }) =>
    query.state.data && !isUnderWay(query.state.data) ? (false as const) : 700,
});
