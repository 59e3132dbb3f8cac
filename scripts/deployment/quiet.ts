/** Drops the log lines of the Worker's code, which are for its platform; commands say in their own words what happens. */
for (const method of ['log', 'info', 'warn', 'error'] as const) console[method] = () => {}
