/** Methods of consensus in words. */
import { t } from "./i18n.svelte";

const NAMES = {
  auto: "project.methodBlend",
  blend: "project.methodBlend",
  majority: "project.methodMajority",
  dawid_skene: "project.methodDawidSkene",
} as const;

/** A method that this interface does not know yet keeps its own name. */
export function methodName(method: string): string {
  return method in NAMES ? t(NAMES[method as keyof typeof NAMES]) : method;
}
