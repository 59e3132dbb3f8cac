/** A mistake in what a test asks of the control API, which must not look like a tenant that refuses. */
export class Mistake extends Error {}
