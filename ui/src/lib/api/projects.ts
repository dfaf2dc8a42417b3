/** The projects of the signed-in person, for Home, the navigation and the palette. */
import { api, ask } from "./client";

export const projectsQuery = {
  queryKey: ["projects"],
  queryFn: () => ask(api.GET("/api/projects")),
};
