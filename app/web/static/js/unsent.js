// Keeps what somebody types while they type it, on the server, sealed and theirs alone. Nothing of it is kept in this
// browser. Without script the button “Save and continue later” does the same.
const PAUSE = 3000 // milliseconds after the last key
const QUIET = 60000 // milliseconds between two announcements
const pending = new Set()

const clock = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

function typed(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrf_token' && name !== 'unsent')
  return new URLSearchParams([...fields, ['unsent', 'auto']])
}

// The form says when it is sent that there is something of it to erase.
function mark(form) {
  if (form.querySelector('input[name="unsent"]')) return
  const was = document.createElement('input')
  Object.assign(was, { type: 'hidden', name: 'unsent', value: 'was' })
  form.append(was)
}

export function keepWhatIsTyped(form) {
  const said = form.querySelector('[data-unsent-said]')
  let [timer, spoken, before, stop] = [0, 0, typed(form).toString(), null]

  const tell = (text, always) => {
    if (!said || (!always && Date.now() - spoken < QUIET)) return
    said.textContent = text
    spoken = Date.now()
  }
  const keep = async () => {
    clearTimeout(timer)
    const body = typed(form)
    if (body.toString() === before) return
    mark(form)
    stop = new AbortController()
    const headers = { 'X-CSRF-Token': form.querySelector('[name="csrf_token"]').value }
    const asked = { method: 'POST', headers, body, redirect: 'error', cache: 'no-store', signal: stop.signal }
    const answer = await fetch(form.getAttribute('action') || window.location.href, asked).catch(() => null)
    if (answer && answer.status === 204) {
      before = body.toString()
      if (said) tell(said.dataset.kept.replace('{time}', clock()), false)
      document.dispatchEvent(new CustomEvent('custodes:seen'))
    } else if (!stop.signal.aborted) {
      if (said) tell(said.dataset.lost, true)
    }
  }
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(keep, PAUSE)
  }
  pending.add(keep)
  form.addEventListener('input', later)
  form.addEventListener('change', later)
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    pending.delete(keep)
    if (stop) stop.abort()
  })
}

// Everything that is not kept yet, now.
export const keepNow = () => Promise.all([...pending].map((keep) => keep()))
