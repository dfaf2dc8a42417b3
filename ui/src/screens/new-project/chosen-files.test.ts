import { expect, test } from "vitest";
import { pack, planFor, type ChosenFile } from "./chosen-files";

function aFile(path: string, text = "x"): ChosenFile {
  return { path, file: new File([text], path.split("/").at(-1) ?? path) };
}

test("a data file is sent as it is", () => {
  const chosen = aFile("messages.csv");

  expect(planFor([chosen], "text")).toEqual({ kind: "send", file: chosen.file });
});

test("a zip of images is sent as it is", () => {
  const chosen = aFile("photos.ZIP");

  expect(planFor([chosen], "image")).toEqual({ kind: "send", file: chosen.file });
});

test("a folder of images is packed under its name, without what is no image", () => {
  const plan = planFor(
    [aFile("cats/a.png"), aFile("cats/sub/b.JPG"), aFile("cats/notes.txt"), aFile("cats/.c.png")],
    "image",
  );

  expect(plan).toMatchObject({ kind: "pack", name: "cats.zip" });
  expect(plan.kind === "pack" && plan.images.map(({ path }) => path)).toEqual(["a.png", "sub/b.JPG"]);
});

test("loose images are packed under a general name", () => {
  expect(planFor([aFile("a.png"), aFile("b.webp")], "image")).toMatchObject({
    kind: "pack",
    name: "images.zip",
  });
});

test("a folder without images is nothing to send", () => {
  expect(planFor([aFile("docs/a.txt")], "image").kind).toBe("nothing");
  expect(planFor([], "text").kind).toBe("nothing");
});

test("packing reads every byte and says so", async () => {
  let n_read = 0;

  const zip = await pack([aFile("a.png", "12345"), aFile("b.png", "678")], (n) => (n_read = n));

  expect(n_read).toBe(8);
  expect(zip.type).toBe("application/zip");
});
