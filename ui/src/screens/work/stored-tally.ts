/** The tally of a work session, kept on this device so that a reload does not end the session. */
import { read, write } from "../../lib/stored";
import type { Tally } from "../../lib/tally";

export function storedTally(accountId: number, projectId: number) {
  const name = `tally.${accountId}.${projectId}`;
  return {
    read(): Tally | null {
      try {
        return JSON.parse(read(name) ?? "null") as Tally | null;
      } catch {
        return null;
      }
    },
    write: (tally: Tally) => write(name, JSON.stringify(tally)),
  };
}
