import type { Catalogue } from "../catalogue";

export default {
  email: "电子邮件",
  password: "密码",
  name: "您的姓名",
  signIn: "登录",
  signInLead: "经得起检验的标签。",
  noAccount: "没有账户？请向项目负责人索取邀请。",
  entering: "正在登录…",
  linkFailed: "此登录链接无效",
  linkFailedHelp: "登录链接只能使用一次，且有效期很短。请索取新链接，或使用密码登录。",
  welcome: "加入 {project}",
  invitedAs: "{by} 邀请您担任{role}。",
  passwordHint: "至少 10 个字符。",
  knownAccount: "已有账户？输入其邮箱和密码，项目会加入该账户。",
  accept: "接受并开始",
  invitationFailed: "此邀请无法使用",
  invitationFailedHelp: "请向邀请人索取新链接。",
  annotator: "标注员",
  reviewer: "审核员",
  lead: "负责人",
  engineer: "工程师",
} satisfies Catalogue["doors"];
