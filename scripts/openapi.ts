import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { documentText } from './openapi/document.ts'

await writeFile(fileURLToPath(new URL('../public/openapi.json', import.meta.url).href), documentText())
