/** More of the server's shapes under short names: those that leads, reviewers and engineers see. */
import type { components } from "./api/types";

type Schemas = components["schemas"];

export type Overview = Schemas["Overview"];
export type AnnotatorRow = Schemas["AnnotatorRow"];
export type EstimateShape = Schemas["EstimateShape"];
export type ItemRow = Schemas["ItemRow"];
export type ItemDetail = Schemas["ItemDetail"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type GoldKind = Schemas["GoldShape"]["kind"];
export type Gate = Schemas["GateShape"];
export type Release = Schemas["ReleaseShape"];
export type ReleaseSums = Schemas["ReleaseSums"];
export type Member = Schemas["MemberShape"];
export type RoleName = Schemas["MemberShape"]["role"];
export type Invitation = Schemas["InvitationShape"];
export type Project = Schemas["ProjectShape"];
export type Policy = Schemas["PolicyShape"];
export type UploadPreview = Schemas["UploadPreview"];
export type Job = Schemas["JobShape"];
export type SpecVersion = Schemas["SpecVersionShape"];
export type EventRow = Schemas["EventShape"];
