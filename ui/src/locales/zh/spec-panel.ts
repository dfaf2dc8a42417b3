import type { Catalogue } from "../catalogue";

export default {
  title: "规范",
  version: "版本 {version}",
  search: "搜索类别和规则",
  classes: "类别",
  rules: "规则",
  unsure: "何时选择不确定",
  purpose: "用途",
  include: "属于此类",
  exclude: "不属于此类",
  nothing: "规范中没有“{words}”。",
  noDefinition: "暂无定义。",
} satisfies Catalogue["specPanel"];
