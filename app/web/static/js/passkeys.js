// Asks this person's device for a passkey and sends its answer as a form. Without script, or without a device that has
// passkeys, the form stays hidden and password and code remain.
const FIELDS = ['id', 'type']

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0))
const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const named = (known) => (known || []).map((one) => ({ ...one, id: bytes(one.id) }))

function answerOf(credential) {
  const answer = { rawId: plain(credential.rawId), response: {}, clientExtensionResults: {} }
  FIELDS.forEach((field) => { answer[field] = credential[field] })
  const parts = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']
  parts.forEach((part) => { if (credential.response[part]) answer.response[part] = plain(credential.response[part]) })
  return JSON.stringify(answer)
}

async function optionsOf(form) {
  if (form.dataset.passkey === 'make') return JSON.parse(form.dataset.options)
  const sent = { method: 'POST', headers: { 'X-CSRF-Token': form.elements.csrf_token.value }, redirect: 'error', cache: 'no-store' }
  const answer = await fetch(form.dataset.options, sent)
  if (!answer.ok) throw new Error(answer.status === 429 ? 'limit' : 'stale')
  return answer.json()
}

async function ask(form) {
  const options = await optionsOf(form)
  options.challenge = bytes(options.challenge)
  if (form.dataset.passkey === 'sign') {
    options.allowCredentials = named(options.allowCredentials)
    return navigator.credentials.get({ publicKey: options })
  }
  options.user.id = bytes(options.user.id)
  options.excludeCredentials = named(options.excludeCredentials)
  return navigator.credentials.create({ publicKey: options })
}

const ENGLISH = {
  limit: 'Too many attempts. Wait some minutes, then try again.',
  stale: 'This page is out of date. Open it again.',
  InvalidStateError: 'This device already has a passkey of yours.',
  SecurityError: 'Passkeys do not work at this address.',
  none: 'Your device gave no passkey. Try again, or choose another way.',
}

// In the words of the page, where it brings them.
function said(form, error) {
  const words = { ...ENGLISH, ...JSON.parse(form.dataset.words || '{}') }
  return words[error.message] || words[error.name] || words.none
}

document.querySelectorAll('form[data-passkey]').forEach((form) => {
  if (!window.PublicKeyCredential) return
  const trouble = form.querySelector('[data-passkey-trouble]')
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    trouble.textContent = ''
    if (window.location.origin !== form.dataset.origin) {
      const words = JSON.parse(form.dataset.words || '{}')
      trouble.textContent = words.origin || `Passkeys work at ${form.dataset.origin} alone. Open the service there.`
      return
    }
    try {
      form.elements.answer.value = answerOf(await ask(form))
      form.submit()
    } catch (error) {
      trouble.textContent = said(form, error)
    }
  })
})
