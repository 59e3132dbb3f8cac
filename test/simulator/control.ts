import { Hono } from 'hono'
import * as z from 'zod'
import type { TenantState } from './api.ts'
import type { FaultQueue } from './fault-queue.ts'
import { FAULT_PRESETS, type Fault, fault, faultPreset } from './faults.ts'
import type { Journal } from './journal.ts'
import { Mistake } from './mistake.ts'
import { proofSettings } from './proofs.ts'
import { step } from './step.ts'
import { systemLogControl } from './system-log-control.ts'
import { simulatedUsers } from './users.ts'
import { webhookControl } from './webhook-control.ts'

/** What a test can see and change. */
export interface ControlledState extends TenantState {
  readonly journal: Journal
  readonly faults: FaultQueue
  /** Makes the tenant what it was when it was first started. */
  reset(): void
}

const faultRequest = z.strictObject({
  step,
  fault: z.union([faultPreset, fault]),
  when: z.enum(['before', 'after']).optional(),
  match: z.string().min(1).optional(),
  times: z.int().min(1).default(1),
})

const settings = z.strictObject({
  expiresIn: z.int().min(1).optional(),
  dpopNonce: proofSettings.shape.dpopNonce.exactOptional(),
  dpopNonceAt: proofSettings.shape.dpopNonceAt.exactOptional(),
  dpopTokenType: proofSettings.shape.dpopTokenType.exactOptional(),
})

/** What a test can set; what it leaves out stays as it is. */
export type Settings = z.input<typeof settings>

/**
 * The control API, under `/_simulator`: what a real tenant does not have.
 *
 * @param state what it shows and changes
 * @returns the application
 */
export function controlApi(state: ControlledState): Hono {
  const control = new Hono().basePath('/_simulator')
  control.onError((error, { json }) => {
    const isMistake = [z.ZodError, SyntaxError, Mistake].some((kind) => error instanceof kind)
    return json({ error: isMistake ? error.message : String(error) }, isMistake ? 400 : 500)
  })

  control.get('/journal', ({ json }) => json(state.journal.all()))
  control.delete('/journal', ({ json }) => {
    state.journal.clear()
    return json({})
  })

  control.get('/vaults', ({ json }) => json(state.vaults.all()))
  control.get('/users', ({ json }) => json(state.users.all()))
  control.put('/users', async ({ req, json }) => {
    state.users.replace(simulatedUsers.parse(await req.json()))
    return json(state.users.all())
  })

  control.get('/tokens', ({ json }) => json(state.tokens.issued()))
  control.put('/settings', async ({ req, json }) => {
    const { expiresIn, ...ofProofs } = settings.parse(await req.json())
    if (expiresIn !== undefined) state.tokens.expiresIn = expiresIn
    if (Object.keys(ofProofs).length > 0) state.proofs.settings = { ...state.proofs.settings, ...ofProofs }
    return json({ expiresIn: state.tokens.expiresIn, ...state.proofs.settings })
  })
  control.post('/revoke', ({ json }) => {
    state.tokens.revoke()
    return json({})
  })

  control.get('/faults', ({ json }) => json(state.faults.all()))
  control.post('/faults', async ({ req, json }) => {
    const asked = faultRequest.parse(await req.json())
    const [name, chosen]: [string, Fault] =
      typeof asked.fault === 'string'
        ? [asked.fault, FAULT_PRESETS[asked.fault]]
        : [asked.fault.kind, asked.fault]
    const timed = asked.when && 'when' in chosen ? { ...chosen, when: asked.when } : chosen
    state.faults.add({ step: asked.step, name, fault: timed, match: asked.match ?? null, times: asked.times })
    return json(state.faults.all(), 201)
  })
  control.delete('/faults', ({ json }) => {
    state.faults.clear()
    return json({})
  })

  control.route('/system-log', systemLogControl(state.systemLog))
  control.route('/webhooks', webhookControl(state))

  control.delete('/', ({ json }) => {
    state.reset()
    return json({})
  })
  return control
}
