/** Where a picture lies in its frame. Scale 1 is one picture pixel per CSS pixel; x and y are its top left corner. */
export interface Size {
  width: number;
  height: number;
}

export interface View {
  scale: number;
  x: number;
  y: number;
}

export const MAX_SCALE = 16;

/** The whole picture, in the middle. Small pictures are enlarged, at most to four times. */
export function fitted(picture: Size, frame: Size): View {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height, 4);
  return {
    scale,
    x: (frame.width - picture.width * scale) / 2,
    y: (frame.height - picture.height * scale) / 2,
  };
}

/** Zoom by a factor, with the point (x, y) of the frame staying where it is. Never smaller than fitted. */
export function zoomed(
  view: View,
  factor: number,
  point: { x: number; y: number },
  picture: Size,
  frame: Size,
): View {
  const smallest = Math.min(fitted(picture, frame).scale, 1);
  const scale = Math.min(MAX_SCALE, Math.max(smallest, view.scale * factor));
  const ratio = scale / view.scale;
  const moved = { scale, x: point.x - (point.x - view.x) * ratio, y: point.y - (point.y - view.y) * ratio };
  return kept(moved, picture, frame);
}

export function moved(view: View, dx: number, dy: number, picture: Size, frame: Size): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy }, picture, frame);
}

/** Pictures smaller than the frame stay in its middle; larger ones cover it. */
function kept(view: View, picture: Size, frame: Size): View {
  return {
    scale: view.scale,
    x: keptOnAxis(view.x, picture.width * view.scale, frame.width),
    y: keptOnAxis(view.y, picture.height * view.scale, frame.height),
  };
}

function keptOnAxis(start: number, length: number, frame: number): number {
  if (length <= frame) return (frame - length) / 2;
  return Math.min(0, Math.max(frame - length, start));
}
