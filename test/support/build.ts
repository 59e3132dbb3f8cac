import { bundle } from './bundle.ts'

/** Before all tests: both Workers, bundled as a deploy would. */
export default async function build(): Promise<void> {
  await Promise.all([bundle('worker'), bundle('simulator')])
}
