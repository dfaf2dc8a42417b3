/** Who is signed in. `undefined` until the server has said so, null when nobody is. */
import { api, ask, whenNotSignedIn } from "./api/client";
import { RequestFailed } from "./errors";
import type { Me } from "./shapes";

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
}

export async function loadSession(): Promise<void> {
  whenNotSignedIn(() => (me = null));
  failure = null;
  try {
    me = await ask(api.GET("/api/me"));
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 401) me = null;
    else failure = error;
  }
}

export async function signOut(): Promise<void> {
  await ask(api.POST("/api/sign-out"));
  me = null;
}

/** Whether the signed-in person may do something in the whole installation ("create_project"). */
export function mayEverywhere(permission: string): boolean {
  return me?.permissions.includes(permission) ?? false;
}
