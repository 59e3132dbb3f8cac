/** A document as text, put into a test by its bundler. */
declare module '*.md?raw' {
  const text: string
  export default text
}
