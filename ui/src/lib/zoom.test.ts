import { expect, test } from "vitest";
import { fitted, MAX_SCALE, moved, zoomed } from "./zoom";

const picture = { width: 800, height: 400 };
const frame = { width: 400, height: 400 };

test("a fitted picture is seen as a whole, in the middle", () => {
  expect(fitted(picture, frame)).toEqual({ scale: 0.5, x: 0, y: 100 });
});

test("zooming keeps the point under the pointer where it is", () => {
  const before = { scale: 1, x: -200, y: 0 };
  const point = { x: 100, y: 150 };

  const after = zoomed(before, 2, point, picture, frame);

  const inPicture = (view: typeof before) => [
    (point.x - view.x) / view.scale,
    (point.y - view.y) / view.scale,
  ];
  expect(inPicture(after)).toEqual(inPicture(before));
});

test("a picture is never smaller than fitted and never larger than sixteen times", () => {
  const whole = fitted(picture, frame);

  expect(zoomed(whole, 0.01, { x: 0, y: 0 }, picture, frame)).toEqual(whole);
  expect(zoomed(whole, 1e6, { x: 0, y: 0 }, picture, frame).scale).toBe(MAX_SCALE);
});

test("a picture cannot be moved out of its frame", () => {
  const large = { scale: 1, x: 0, y: 0 };

  expect(moved(large, 500, 0, picture, frame).x).toBe(0);
  expect(moved(large, -9_000, 0, picture, frame).x).toBe(-400);
});
