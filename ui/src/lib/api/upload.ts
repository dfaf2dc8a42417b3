/** Sending a file. Not by `fetch`, which cannot tell how much of a large file has been sent. */
import { RequestFailed } from "../errors";
import { t } from "../i18n.svelte";
import type { UploadPreview } from "../shapes-lead";
import { failureOf, OWN_REQUEST } from "./client";

export interface UploadOptions {
  onProgress: (n_sent: number, n_total: number) => void;
  signal: AbortSignal;
}

/** Send the file as it is; resolves with what the server recognises in it. Throws `RequestFailed`, or AbortError. */
export function uploadFile(
  projectId: number,
  name: string,
  file: Blob,
  { onProgress, signal }: UploadOptions,
): Promise<UploadPreview> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/projects/${projectId}/uploads?${new URLSearchParams({ name })}`);
    request.setRequestHeader("X-Karat", OWN_REQUEST["X-Karat"]);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as UploadPreview);
      else reject(failureOf(request.status, request.response));
    });
    request.addEventListener("error", () => reject(new RequestFailed("offline", t("common.offline"), 0)));
    request.addEventListener("abort", () =>
      reject(new DOMException("The upload was stopped.", "AbortError")),
    );
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
