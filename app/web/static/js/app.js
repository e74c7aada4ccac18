// One module, no inline script, nothing written as HTML: text goes in with textContent alone.
import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink,
} from '../vendor/govuk/govuk-frontend.min.js'

const COMPONENTS = [CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]
const STEP = 10 // per cent between two announcements: often enough to trust, seldom enough to listen to

function start() {
  createAll(Button, { preventDoubleClick: true })
  COMPONENTS.forEach((component) => createAll(component))
  document.querySelectorAll('form[data-upload]').forEach(withProgress)
  if (window.matchMedia('(max-width: 55em)').matches) {
    document.querySelectorAll('details.app-filter').forEach((filter) => filter.removeAttribute('open'))
  }
  warnBeforeExpiry()
}

// The answer of an upload is a whole page (a refusal keeps the form). It is parsed inert: no script in it runs.
function show(html) {
  const answer = new DOMParser().parseFromString(html, 'text/html')
  document.title = answer.title
  document.body.replaceWith(document.adoptNode(answer.body))
  document.body.classList.add('js-enabled', 'govuk-frontend-supported')
  window.scrollTo(0, 0)
  start()
}

function withProgress(form) {
  const box = form.querySelector('[data-upload-running]')
  const bar = box.querySelector('progress')
  const said = box.querySelector('[role="status"]')
  const trouble = form.querySelector('[data-upload-trouble]')
  const limit = Number(form.dataset.upload)
  let running = null

  const stopped = (text) => {
    running = null
    box.hidden = true
    trouble.textContent = text
    trouble.hidden = false
    trouble.focus()
  }

  box.querySelector('button').addEventListener('click', () => running && running.abort())

  form.addEventListener('submit', (event) => {
    const chosen = [...form.querySelectorAll('input[type="file"]')].flatMap((input) => [...input.files])
    if (!chosen.length || running) {
      if (running) event.preventDefault()
      return
    }
    event.preventDefault()
    trouble.hidden = true
    const tooLarge = chosen.find((file) => limit && file.size > limit)
    if (tooLarge) return stopped(`${tooLarge.name} is larger than ${form.dataset.uploadLimit}. Nothing was sent. Choose a smaller file.`)

    let next = 0
    running = new XMLHttpRequest()
    running.open('POST', form.action)
    running.upload.addEventListener('progress', (moved) => {
      if (!moved.lengthComputable) return
      const done = Math.floor((moved.loaded / moved.total) * 100)
      bar.value = done
      if (done >= next) {
        said.textContent = done < 100 ? `Uploading: ${done}%` : 'Uploaded. Sealing and checking.'
        next = done - (done % STEP) + STEP
      }
    })
    running.addEventListener('load', () => {
      const answer = running
      running = null
      if (answer.status < 400 && answer.responseURL !== form.action) window.location.assign(answer.responseURL)
      else show(answer.responseText)
    })
    running.addEventListener('abort', () => stopped('You stopped the upload. Nothing was kept.'))
    running.addEventListener('error', () => stopped('The connection was lost. Nothing was kept. Check your connection, then upload again.'))
    box.hidden = false
    said.textContent = 'Uploading: 0%'
    running.send(new FormData(form))
  })
}

let expiry = 0

function warnBeforeExpiry() {
  const box = document.querySelector('[data-expiry]')
  if (!box) return
  const [text, stay] = [box.querySelector('[data-expiry-text]'), box.querySelector('button')]
  const wait = Math.max(0, Number(box.dataset.expiry) - 300) * 1000 // five minutes before
  const arm = () => {
    clearTimeout(expiry)
    expiry = setTimeout(() => {
      const end = new Date(Date.now() + 300000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
      text.textContent = `You will be signed out at ${end} because nothing has happened for a while.`
      box.hidden = false
    }, wait)
  }
  stay.addEventListener('click', async () => {
    const answer = await fetch(box.dataset.stay, { redirect: 'error', cache: 'no-store' }).catch(() => null)
    if (answer && answer.ok) {
      box.hidden = true
      arm()
    } else {
      text.textContent = 'Your session has ended. When you send this page you sign in again, and what you typed is kept.'
    }
  })
  arm()
}

start()
