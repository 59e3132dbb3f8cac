// Stands in for the agents' room in the bundle `without-agents`. What is left is what every other path needs.
throw new Error('the agents’ room was evaluated')
