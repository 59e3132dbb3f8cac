import fc from 'fast-check'

// properties draw new values at every run, except where a run must be repeated, or must not depend on luck
const seed = Number.parseInt(process.env.SEED ?? '', 10)
if (!Number.isNaN(seed)) fc.configureGlobal({ seed })
