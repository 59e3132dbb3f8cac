/** What V8's sampling profiler gives: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile */
export type CpuProfile = {
  readonly nodes: readonly ProfileNode[]
  /** the node that was on top at each sample, and the microseconds since the sample before */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

type ProfileNode = {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  readonly children?: readonly number[]
}

type Shares = {
  /** per cent in a file's own code, and in what it calls of the platform's */
  readonly places: readonly { readonly place: string; readonly own: number; readonly calls: number }[]
  readonly functions: readonly { readonly name: string; readonly place: string; readonly share: number }[]
}

/** What the profiler knows by these names only. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'workerd, outside of JavaScript'],
  ['(root)', 'workerd, outside of JavaScript'],
])

/**
 * @param code a bundle that is not minified, in which esbuild has written above each file's code where it is from
 * @returns the file, or the package, of each line
 */
export function linesOf(code: string): readonly string[] {
  let place = 'bundle'
  return code.split('\n').map((text) => {
    const [, file] = /^\/\/ (\S*(?:src|node_modules)\/\S+)$/.exec(text) ?? []
    const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file ?? '') ?? []
    place = dependency ?? file ?? place
    return place
  })
}

/** @returns how much of the busy time was spent where, most first */
export function shares({ nodes, samples, timeDeltas }: CpuProfile, lines: readonly string[]): Shares {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const placeOf = (id: number | undefined): string => {
    const node = id === undefined ? undefined : byId.get(id)
    if (!node) return 'workerd, outside of JavaScript'
    const { functionName, url, lineNumber } = node.callFrame
    const own = url === '' ? undefined : lines[lineNumber]
    return OTHERS.get(functionName) ?? own ?? placeOf(parents.get(node.id))
  }
  const places = new Map<string, { own: number; calls: number }>()
  const functions = new Map<string, { name: string; place: string; share: number }>()
  let busy = 0
  for (const [index, id] of samples.entries()) {
    const time = timeDeltas[index] ?? 0
    const { functionName = '', url = '' } = byId.get(id)?.callFrame ?? {}
    if (functionName === '(idle)') continue
    busy += time
    const place = placeOf(id)
    const part = places.get(place) ?? { own: 0, calls: 0 }
    part[url === '' && !OTHERS.has(functionName) ? 'calls' : 'own'] += time
    places.set(place, part)
    const name = functionName || '(anonymous)'
    const known = functions.get(name + place) ?? { name, place, share: 0 }
    known.share += time
    functions.set(name + place, known)
  }
  const percent = (time: number) => (time / busy) * 100
  return {
    places: [...places]
      .map(([place, { own, calls }]) => ({ place, own: percent(own), calls: percent(calls) }))
      .sort((a, b) => b.own + b.calls - a.own - a.calls),
    functions: [...functions.values()]
      .map((found) => ({ ...found, share: percent(found.share) }))
      .sort((a, b) => b.share - a.share),
  }
}
