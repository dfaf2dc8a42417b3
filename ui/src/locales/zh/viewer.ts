import type { Catalogue } from "../catalogue";

export default {
  zoomIn: "放大",
  zoomOut: "缩小",
  fit: "适应窗口",
  image: "待标注条目",
  imageFailed: "图像加载失败。",
  gone: "此条目没有内容。",
  view: "图像，{percent}。方向键可移动。",
} satisfies Catalogue["viewer"];
