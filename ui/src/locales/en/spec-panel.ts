/** The label spec beside work and review. */
export default {
  title: "Spec",
  version: "version {version}",
  search: "Search classes and rules",
  classes: "Classes",
  rules: "Rules",
  unsure: "When to be unsure",
  purpose: "What for",
  include: "This class",
  exclude: "Not this class",
  nothing: "Nothing in the spec contains “{words}”.",
  noDefinition: "No definition yet.",
};
