import { newIdentifier } from './identifier.ts'

/**
 * The form that answers were given in (`c1.api.form.v1.Form`).
 *
 * @param answers by field name
 * @returns the form, with a field of the fitting type for each answer
 */
export function requestForm(answers: Readonly<Record<string, unknown>>) {
  return {
    id: newIdentifier(),
    displayName: 'Request details',
    description: '',
    fields: Object.entries(answers).map(([name, answer]) => field(name, answer)),
    fieldGroups: [],
    fieldRelationships: [],
  }
}

function field(name: string, answer: unknown) {
  return {
    name,
    displayName: titled(name),
    description: '',
    required: false,
    stringField: null,
    boolField: null,
    stringSliceField: null,
    int64Field: null,
    fileField: null,
    oauth2Field: null,
    stringMapField: null,
    userConfig: { inputTransformationCel: '' },
    adminConfig: null,
    sharedConfig: null,
    ...typeOf(answer),
  }
}

function typeOf(answer: unknown): object {
  const common = { placeholder: '', rules: null }
  if (typeof answer === 'boolean') {
    return { boolField: { defaultValue: false, checkboxField: {}, toggleField: null, rules: null } }
  }
  if (typeof answer === 'number') return { int64Field: { ...common, defaultValue: null, numberField: {} } }
  if (Array.isArray(answer)) {
    return { stringSliceField: { ...common, defaultValues: [], chipsField: {}, pickerField: null } }
  }
  const view = { passwordField: null, selectField: null, pickerField: null, dateField: null }
  return { stringField: { ...common, ...view, defaultValue: '', textField: { multiline: false } } }
}

/** `vault_name` and `vaultName`: Vault name. */
function titled(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
