// before any test file loads Miniflare, which reads once what it trusts
import './certificate.ts'
