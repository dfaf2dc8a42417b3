/** Short news at the edge of the screen. `toasts.say("Saved")`, `toasts.fail(error)`. */
import { messageOf } from "./errors";

export interface Toast {
  id: number;
  kind: "news" | "failure";
  text: string;
  action?: { label: string; run: () => void } | undefined;
}

const NEWS_MS = 4_000;

class Toasts {
  list = $state.raw<Toast[]>([]);
  #n_shown = 0;

  say(text: string, action?: Toast["action"]): void {
    const id = this.#show("news", text, action);
    setTimeout(() => this.dismiss(id), NEWS_MS);
  }

  /** A failure stays until it is dismissed. The same one is not piled up. */
  fail(error: unknown): void {
    const text = messageOf(error);
    if (!this.list.some((toast) => toast.kind === "failure" && toast.text === text))
      this.#show("failure", text);
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #show(kind: Toast["kind"], text: string, action?: Toast["action"]): number {
    this.#n_shown += 1;
    this.list = [...this.list, { id: this.#n_shown, kind, text, action }];
    return this.#n_shown;
  }
}

export const toasts = new Toasts();
