const STORAGE_NAME = 'api-key'

/**
 * Reads the API key of this tab; the browser drops it when the tab is closed.
 *
 * @returns {string | null}
 */
export function storedKey() {
  return sessionStorage.getItem(STORAGE_NAME)
}

/**
 * Keeps the API key in this tab.
 *
 * @param {string} key
 */
export function storeKey(key) {
  sessionStorage.setItem(STORAGE_NAME, key)
}

export function dropKey() {
  sessionStorage.removeItem(STORAGE_NAME)
}
