/** Home: the projects of a person and what waits in them. */
export default {
  title: "Projects",
  newProject: "New project",
  emptyTitle: "No projects yet",
  emptyCreate:
    "A project is one question asked about many items. Create one, say what each class means, and bring the items in.",
  emptyWait: "You are not a member of any project. Ask a lead for an invitation link and open it here.",
  label: "Label",
  review: "Review",
  overview: "Overview",
  items: "Items",
  myAnswers: { one: "You have given {n} answer here", other: "You have given {n} answers here" },
  noAnswers: "You have not answered here yet",
  noItems: "No items yet: import some first.",
  resolvedOf: "{resolved} of {items} items resolved",
  disputed: { one: "{n} disputed item waits for review", other: "{n} disputed items wait for review" },
  open: { one: "{n} item is still open", other: "{n} items are still open" },
  allResolved: "Every item is resolved",
  text: "text",
  image: "images",
  note: "Note",
};
