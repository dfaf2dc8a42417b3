import type { Catalogue } from "../catalogue";

export default {
  title: "设置",
  project: "项目",
  name: "名称",
  note: "备注",
  noteHelp: "在项目出现的任何地方显示，例如说明其标注员是模拟的。",
  policy: "质量策略",
  policyHelp:
    "比例适用于此后分发的工作，每个条目的答案数适用于此后导入的条目。多数比例和跳过次数立即适用于所有条目，并会重新计数。",
  save: "保存更改",
  saved: "设置已保存。",
  revert: "放弃更改",
  data: "数据",
  dataHelp: "导入更多条目，或取出当前的标签。",
  import: "导入条目",
  export: "导出标签",
  audit: "审计记录",
  auditHelp: "此项目中发生的一切，最新的在前。这里的内容无法更改。",
  noEvents: "尚未发生任何事。",
  when: "时间",
  who: "人员",
  what: "事件",
  facts: "内容",
} satisfies Catalogue["settings"];
