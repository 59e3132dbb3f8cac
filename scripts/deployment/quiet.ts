/** The Worker's own log lines are for its platform; commands that use its code say in their own words what happens. */
for (const method of ['log', 'info', 'warn', 'error'] as const) console[method] = () => {}
