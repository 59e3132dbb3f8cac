import { Name } from '../src/config/setting.ts'
import { say, stop } from './deployment/output.ts'
import { MAX_SETTING_BYTES, sizeOf } from './deployment/setting-size.ts'
import { makeToken } from './setup/secrets.ts'

const [caller = ''] = process.argv.slice(2)
if (!Name.safeParse(caller).success)
  stop(
    2,
    'Usage: npm run keygen -- <caller>\nA caller’s name has 1 to 31 letters, digits, dots, dashes or underscores.\n',
  )

const key = makeToken()
const bytes = sizeOf(`${JSON.stringify({ [caller]: key }).slice(1, -1)},`)

say(`A key for ${caller}, shown only now:

  ${key}

Add it to API_KEYS, beside the callers that are there:

  {"${caller}": "${key}"}

and install the whole object:

  npx wrangler secret put API_KEYS

It takes ${bytes} of the ${MAX_SETTING_BYTES.toLocaleString('en')} bytes that a setting holds. If API_KEYS is full, put it into another one, such as API_KEYS_2: the Worker reads all of them.

To replace a key without an interruption, give both until the caller uses the new one:

  {"${caller}": {"key": ["${key}", "old key"]}}

If you have the settings file, one command does all of this for a new caller:

  npm run setup -- --add caller ${caller}
`)
