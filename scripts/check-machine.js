// Runs before the scripts, on whatever Node npm has found, so it is plain JavaScript: it says in one line what would
// otherwise end in a stack trace of another program.
import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'

const MIN_NODE_MAJOR = 22

const fault = nodeFault() ?? homeFault()
if (fault !== undefined) {
  console.error(fault)
  process.exit(1)
}

/** Type stripping, wrangler and vitest all want a Node that `npm ci` installs as a package. */
function nodeFault() {
  if (Number(process.versions.node.split('.')[0]) >= MIN_NODE_MAJOR) return undefined
  return `This is Node ${process.versions.node}, and ${MIN_NODE_MAJOR} or newer is needed. npm ci installs one for these scripts, unless install scripts are switched off: run npm ci --ignore-scripts=false`
}

/** Wrangler keeps its settings and its log there. */
function homeFault() {
  const home = process.env.XDG_CONFIG_HOME || homedir()
  try {
    accessSync(home, constants.W_OK)
    return undefined
  } catch {
    const command = `npm run ${process.env.npm_lifecycle_event ?? 'demo'}`
    return `${home} can’t be written to, and wrangler keeps its settings there. Name another folder, for example: HOME=$(mktemp -d) ${command}`
  }
}
