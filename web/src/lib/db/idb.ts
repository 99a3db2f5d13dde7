// IndexedDB as promises, in a few lines. What counts is the transaction's end, not a request's
// success: a full device says so only when the transaction is abandoned.

/** The result of one request. Its shape is the caller's word: only this app writes these stores. */
export function result<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result as T);
    request.onerror = () => reject(request.error ?? new Error('request failed'));
  });
}

/** The end of a transaction: resolves once it is on the disk. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('transaction abandoned'));
    transaction.onerror = () => reject(transaction.error ?? new Error('transaction failed'));
  });
}

/** True if the browser has dropped the connection in the background, as iOS does. */
export function connectionLost(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'UnknownError' || error.name === 'InvalidStateError')
  );
}

/** True if the device has no room for what was to be written. */
export function deviceFull(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
