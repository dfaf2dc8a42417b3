/** The server as the review desk needs it. */
import { api, ask } from "../../lib/api/client";
import type { ReviewServer } from "./review-desk.svelte";

const LIMIT = 20;

export function reviewServer(projectId: number): ReviewServer {
  return {
    queue: (why) => {
      const params = { path: { project_id: projectId }, query: { limit: LIMIT, ...(why ? { why } : {}) } };
      return ask(api.GET("/api/projects/{project_id}/review", { params }));
    },
    decide: (itemId, decision) => {
      const params = { path: { project_id: projectId, item_id: itemId } };
      return ask(
        api.POST("/api/projects/{project_id}/items/{item_id}/resolution", { params, body: decision }),
      );
    },
  };
}
