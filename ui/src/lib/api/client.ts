/**
 * The server, typed by its own description: `const me = await ask(api.GET("/api/me"))`.
 *
 * `ask` returns the data or throws `RequestFailed` with the server's words. Law: nothing else calls `fetch`.
 */
import createClient, { type Middleware } from "openapi-fetch";
import { RequestFailed, type ProblemText } from "../errors";
import { t } from "../i18n.svelte";
import type { paths } from "./types";

/** Proof that the request comes from this page and not from a form elsewhere; the server asks for it. */
export const OWN_REQUEST = { "X-Karat": "1" };

const marked: Middleware = {
  onRequest({ request }) {
    request.headers.set("X-Karat", OWN_REQUEST["X-Karat"]);
    return request;
  },
};

export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  // Looked up at each call, so that tests can stand in for the network.
  fetch: (request) => globalThis.fetch(request),
});
api.use(marked);

type Answer<T> = { data?: T; error?: unknown; response: Response };

let notSignedIn = () => {};

/** Be told when the server no longer knows who is asking. */
export function whenNotSignedIn(listener: () => void): void {
  notSignedIn = listener;
}

/** Wait for an answer; return its data, or throw `RequestFailed`. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new RequestFailed("offline", t("common.offline"), 0);
  }
  if (answer.response.ok) return answer.data as T;
  throw failureOf(answer.response.status, answer.error);
}

/** The error that a refused answer stands for. A proxy's page instead of our shape gets words of our own. */
export function failureOf(status: number, body: unknown): RequestFailed {
  if (status === 401) notSignedIn();
  if (isErrorShape(body)) return new RequestFailed(body.code, body.message, status, body.problems ?? []);
  return new RequestFailed("unavailable", t("common.unexpected", { status: String(status) }), status);
}

function isErrorShape(body: unknown): body is { code: string; message: string; problems?: ProblemText[] } {
  return typeof body === "object" && body !== null && "code" in body && "message" in body;
}
