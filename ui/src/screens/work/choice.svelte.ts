/** The class chosen for the item in view, with undo and redo. */
export class Choice {
  label = $state<string | null>(null);
  /** The draft on this device says the same. */
  isSaved = $state(false);
  /** Something was chosen here, so that there is a draft to keep. */
  isTouched = $state(false);
  #past = $state.raw<readonly (string | null)[]>([]);
  #future = $state.raw<readonly (string | null)[]>([]);

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A new item is in view, with this class already chosen. */
  start(label: string | null, isDraft: boolean): void {
    [this.label, this.isSaved, this.isTouched] = [label, isDraft, isDraft];
    [this.#past, this.#future] = [[], []];
  }

  make(label: string): void {
    if (label === this.label) return;
    this.#past = [...this.#past, this.label];
    this.#future = [];
    this.#set(label);
  }

  undo(): boolean {
    if (!this.canUndo) return false;
    this.#future = [...this.#future, this.label];
    this.#set(this.#past.at(-1) ?? null);
    this.#past = this.#past.slice(0, -1);
    return true;
  }

  redo(): boolean {
    if (!this.canRedo) return false;
    this.#past = [...this.#past, this.label];
    this.#set(this.#future.at(-1) ?? null);
    this.#future = this.#future.slice(0, -1);
    return true;
  }

  #set(label: string | null): void {
    [this.label, this.isSaved, this.isTouched] = [label, false, true];
  }
}
