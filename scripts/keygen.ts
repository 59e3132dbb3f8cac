import { randomBytes } from 'node:crypto'

const [caller = ''] = process.argv.slice(2)
if (!/^[A-Za-z0-9][\w.-]{0,30}$/.test(caller)) {
  console.error(
    'Usage: npm run keygen -- <caller>\nA caller’s name has 1 to 31 letters, digits, dots, dashes or underscores.',
  )
  process.exit(2)
}

// 256 bits, in characters that every header and every shell takes
const key = randomBytes(32).toString('base64url')
console.log(`A key for ${caller}, which is shown only now:

  ${key}

Add it to API_KEYS, beside the callers that are there:

  {"${caller}": "${key}"}

and install the whole object:

  npx wrangler secret put API_KEYS

To replace a key without an interruption, list both until the caller uses the new one:

  {"${caller}": {"key": ["${key}", "the old key"]}}
`)
