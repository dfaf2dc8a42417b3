import type { Catalogue } from "../catalogue";

export default {
  title: "项目",
  newProject: "新建项目",
  emptyTitle: "暂无项目",
  emptyCreate: "项目就是针对许多条目提出的一个问题。新建项目，说明每个类别的含义，然后导入条目。",
  emptyWait: "您尚未加入任何项目。请向负责人索取邀请链接并在此打开。",
  label: "标注",
  review: "审核",
  overview: "概览",
  items: "条目",
  myAnswers: { other: "您在此提交了 {n} 个答案" },
  noAnswers: "您尚未在此作答",
  noItems: "暂无条目：请先导入。",
  resolvedOf: "已解决 {resolved} / {items} 个条目",
  disputed: { other: "{n} 个有争议的条目等待审核" },
  open: { other: "{n} 个条目尚未完成" },
  allResolved: "所有条目均已解决",
  text: "文本",
  image: "图像",
  note: "说明",
} satisfies Catalogue["home"];
