// Sends bytes with progress. XMLHttpRequest, because `fetch` tells nothing about how much of a
// body has left; and a stall is noticed by silence, not by total time: 8 MB may take minutes.
import { Unreachable } from './problem';

/** Share of the bytes that left this device, 0 to 1. */
export type Progress = (share: number) => void;

/** What came back, before anybody believed it. */
export interface UploadAnswer {
  status: number;
  text: string;
  header(name: string): string | null;
}

export interface Upload {
  url: string;
  bytes: Blob;
  headers: Record<string, string>;
  /** Longest silence in milliseconds. */
  stallMs: number;
  onProgress: Progress | undefined;
}

export function upload(task: Upload): Promise<UploadAnswer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const fail = (reason: 'network' | 'timeout'): void => {
      clearTimeout(silence);
      reject(new Unreachable(reason));
    };
    const alive = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        request.abort();
        fail('timeout');
      }, task.stallMs);
    };
    request.open('POST', task.url);
    for (const [name, value] of Object.entries(task.headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => {
      alive();
      if (event.lengthComputable && event.total > 0) {
        task.onProgress?.(event.loaded / event.total);
      }
    };
    request.upload.onload = alive;
    request.onload = () => {
      clearTimeout(silence);
      resolve({
        status: request.status,
        text: request.responseText,
        header: (name) => request.getResponseHeader(name),
      });
    };
    request.onerror = () => fail('network');
    alive();
    request.send(task.bytes);
  });
}
