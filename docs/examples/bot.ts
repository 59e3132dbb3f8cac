import { hc } from 'hono/client'
import type { AppType } from '../../src/app.ts'

const { VAULTS_URL = 'http://127.0.0.1:8787', VAULTS_KEY } = process.env
const vaults = hc<AppType>(VAULTS_URL, { headers: { Authorization: `Bearer ${VAULTS_KEY}` } }).v1.vaults

const json = { name: 'Payroll break-glass', owners: ['owner@example.com'], ticket: { id: 'SEC-42' } }
const response = await vaults.$post({ query: {}, json })
if (response.status === 201) console.log((await response.json()).vault.id)
else if (!response.ok) console.error((await response.json()).detail)
