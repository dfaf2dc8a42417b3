/** The server as the work session needs it. */
import { api, ask } from "../../lib/api/client";
import { HOLD } from "../../lib/api/work-outbox";
import type { WorkServer } from "./work-session.svelte";

export function workServer(projectId: number): WorkServer {
  const params = { path: { project_id: projectId } };
  return {
    desk: () => ask(api.GET("/api/projects/{project_id}/work", { params })),
    next: () => ask(api.POST("/api/projects/{project_id}/work/next", { params, body: { hold: HOLD } })),
    recent: async () => (await ask(api.GET("/api/projects/{project_id}/work/recent", { params }))).answers,
  };
}
