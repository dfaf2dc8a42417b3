import { afterEach, expect, test, vi } from "vitest";
import { problemAt, RequestFailed } from "../errors";
import { api, ask, failureOf, whenNotSignedIn } from "./client";

afterEach(() => vi.unstubAllGlobals());

function aServer(answer: () => Response | Promise<Response>) {
  const asked = vi.fn<(request: Request) => Promise<Response>>(async () => answer());
  vi.stubGlobal("fetch", asked);
  return asked;
}

const json = (status: number, body: unknown) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

test("every request says that it is our own", async () => {
  const asked = aServer(() => json(200, { projects: [] }));

  const answer = await ask(api.GET("/api/projects"));

  expect(answer).toEqual({ projects: [] });
  expect(asked.mock.calls[0]?.[0].headers.get("X-Karat")).toBe("1");
});

test("a refusal carries the server's words and problems", async () => {
  const problems = [{ where: "body.email", message: "is not an address" }];
  aServer(() => json(422, { code: "invalid", message: "Check the form.", problems }));

  const failure = await ask(api.GET("/api/tokens")).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(RequestFailed);
  expect(failure).toMatchObject({
    code: "invalid",
    message: "Check the form.",
    status: 422,
    isPassing: false,
  });
  expect(problemAt(failure, "email")).toBe("is not an address");
});

test("no network is a failure that passes", async () => {
  aServer(() => Promise.reject(new TypeError("Failed to fetch")));

  const failure = await ask(api.GET("/api/me")).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: "offline", isPassing: true });
});

test("a proxy's page instead of our shape gets words of our own", () => {
  expect(failureOf(502, "<html>")).toMatchObject({ code: "unavailable", status: 502, isPassing: true });
});

test("somebody is told when the server no longer knows who is asking", () => {
  const listener = vi.fn();
  whenNotSignedIn(listener);

  failureOf(401, { code: "not_signed_in", message: "Sign in." });

  expect(listener).toHaveBeenCalledOnce();
});

test("a deletion that answers with nothing is a success", async () => {
  aServer(() => new Response(null, { status: 204 }));

  await expect(ask(api.POST("/api/sign-out"))).resolves.toBeUndefined();
});
