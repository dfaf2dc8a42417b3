/** The server's shapes under short names, for layers that may know the shapes but not the server. */
import type { components } from "./api/types";

type Schemas = components["schemas"];

export type Estimate = Pick<Schemas["EstimateShape"], "n"> & Partial<Schemas["EstimateShape"]>;
export type Me = Schemas["Me"];
export type ProjectCard = Schemas["ProjectCard"];
export type Spec = Schemas["SpecShape"];
export type SpecClass = Schemas["ClassShape"];
export type SpecRule = Schemas["RuleShape"];
export type WorkDesk = Schemas["WorkDesk"];
export type WorkItem = Schemas["WorkItem"];
export type WorkAssignment = Schemas["WorkAssignment"];
export type WorkStream = Schemas["WorkStream"];
export type SubmitReceipt = Schemas["SubmitReceipt"];
export type RecentAnswer = Schemas["RecentAnswer"];
export type ReviewItem = Schemas["ReviewItem"];
export type ReviewQueue = Schemas["ReviewQueue"];
export type BlindAnswer = Schemas["BlindAnswer"];
export type Token = Schemas["TokenShape"];
export type Problem = Schemas["ProblemShape"];
