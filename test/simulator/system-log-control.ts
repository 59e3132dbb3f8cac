import { Hono } from 'hono'
import * as z from 'zod'
import { newIdentifier } from './identifier.ts'
import type { SystemLog } from './system-log.ts'
import { systemLogModes } from './system-log-modes.ts'

const changedModes = systemLogModes.partial()

const plantedEvents = z.array(
  z.strictObject({
    event: z.record(z.string(), z.unknown()),
    /** When it is to have happened; now, if it is left out. */
    time: z.iso.datetime({ offset: true }).optional(),
    uid: z.string().min(1).optional(),
  }),
)

/** What a test can set; what it leaves out stays as it is. */
export type SystemLogChanges = z.input<typeof changedModes>

/** Events that a test puts into the log. */
export type PlantedEvents = z.input<typeof plantedEvents>

/**
 * The control API of the system log, under `/_simulator/system-log`.
 *
 * @param log what it shows and changes
 * @returns the application
 */
export function systemLogControl(log: SystemLog): Hono {
  const control = new Hono()
  control.get('/', ({ json }) => json(log.entries()))
  control.put('/', async ({ req, json }) => {
    log.modes = systemLogModes.parse({ ...log.modes, ...changedModes.parse(await req.json()) })
    return json(log.modes)
  })
  control.post('/events', async ({ req, json }) => {
    const planted = plantedEvents.parse(await req.json())
    for (const { event, uid = newIdentifier(), time } of planted) {
      log.plant(event, uid, time === undefined ? Date.now() : Date.parse(time))
    }
    return json({}, 201)
  })
  return control
}
