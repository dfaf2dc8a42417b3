/** Who is signed in. `undefined` until the server has said so, null when nobody is. */
import { api, ask, whenNotSignedIn } from "./api/client";
import { RequestFailed } from "./errors";
import type { Me } from "./shapes";
import { read, write } from "./stored";

/** Remembers on this device that somebody has signed in; the session itself is a cookie that scripts cannot read. */
const MARK = "signed-in";

let me = $state.raw<Me | null | undefined>(undefined);
let failure = $state.raw<unknown>(null);

export function whoAmI(): Me | null | undefined {
  return me;
}

/** Why it could not be found out who is signed in. */
export function sessionFailure(): unknown {
  return failure;
}

export function signedIn(person: Me): void {
  me = person;
  failure = null;
  write(MARK, "yes");
}

function signedOut(): void {
  me = null;
  write(MARK, null);
}

whenNotSignedIn(signedOut);

/** Ask the server, unless nobody has signed in here: then it could only refuse. */
export async function loadSession(): Promise<void> {
  failure = null;
  if (read(MARK) === null) return signedOut();
  try {
    signedIn(await ask(api.GET("/api/me")));
  } catch (error) {
    if (!(error instanceof RequestFailed && error.status === 401)) failure = error;
  }
}

export async function signOut(): Promise<void> {
  await ask(api.POST("/api/sign-out"));
  signedOut();
}

/** Whether the signed-in person may do something in the whole installation ("create_project"). */
export function mayEverywhere(permission: string): boolean {
  return me?.permissions.includes(permission) ?? false;
}
