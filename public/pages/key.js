const STORAGE_NAME = 'api-key'

/** @returns {string | null} the API key of this tab; the browser drops it when the tab is closed */
export function storedKey() {
  return sessionStorage.getItem(STORAGE_NAME)
}

/** @param {string} key */
export function storeKey(key) {
  sessionStorage.setItem(STORAGE_NAME, key)
}

export function dropKey() {
  sessionStorage.removeItem(STORAGE_NAME)
}
