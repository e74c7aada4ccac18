// One module, no inline script, nothing written as HTML: text goes in with textContent alone.
import { keepWhatIsTyped } from './unsent.js'
import { warnBeforeExpiry } from './expiry.js'
import { findWhileTyping } from './finder.js'
import {
  createAll, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios,
  ServiceNavigation, SkipLink,
} from '../vendor/govuk/govuk-frontend.min.js'

const COMPONENTS = [CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink]
const STEP = 10 // per cent between two announcements: often enough to trust, seldom enough to listen to

function start() {
  createAll(Button, { preventDoubleClick: true })
  COMPONENTS.forEach((component) => createAll(component))
  document.querySelectorAll('form[data-upload]').forEach((form) => (form.dataset.resumable ? withResuming : withProgress)(form))
  standBeside()
  document.querySelectorAll('[data-finder]').forEach(findWhileTyping)
  document.querySelectorAll('form[data-unsent]').forEach(keepWhatIsTyped)
  warnBeforeExpiry()
}

// Filters stand open where there is room beside their list, and shut above it; one with a fault in it stays as it is.
function standBeside() {
  const room = window.matchMedia('(min-width: 55.0625em)')
  const filters = [...document.querySelectorAll('details.app-filter:not([open])')]
  const stand = () => filters.forEach((filter) => {
    filter.open = room.matches
    filter.dataset.stands = ''
  })
  stand()
  room.addEventListener('change', stand)
}

// The answer of an upload is a whole page (a refusal keeps the form). The browser parses it as it arrives, and inert: no
// script in it runs, and no text is ever made into a page here (the content policy forbids that: trusted types).
function show(answer) {
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
    running.responseType = 'document'
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
      else if (answer.response) show(answer.response)
      else stopped('The answer could not be read. Open this page again to see what was kept.')
    })
    running.addEventListener('abort', () => stopped('You stopped the upload. Nothing was kept.'))
    running.addEventListener('error', () => stopped('The connection was lost. Nothing was kept. Check your connection, then upload again.'))
    box.hidden = false
    said.textContent = 'Uploading: 0%'
    running.send(new FormData(form))
  })
}

// A page of ours, parsed and inert; nothing when it did not come.
function asked(address) {
  return new Promise((done) => {
    const asking = new XMLHttpRequest()
    asking.open('GET', address)
    asking.responseType = 'document'
    asking.addEventListener('loadend', () => done(asking.response))
    asking.send()
  })
}

// Several files that go on where they broke off. Without its script the form is sent as any other.
async function withResuming(form) {
  const resuming = await import('./uploads.js').catch(() => null)
  if (!resuming) return withProgress(form)
  const box = form.querySelector('[data-upload-running]')
  const [bar, said] = [box.querySelector('progress'), box.querySelector('[role="status"]')]
  const trouble = form.querySelector('[data-upload-trouble]')
  const input = form.querySelector('input[type="file"]')
  const limit = Number(form.dataset.upload)
  let running = null

  const stopped = (text) => {
    trouble.textContent = text
    trouble.hidden = false
    trouble.focus()
  }
  const tooLarge = () => [...input.files].find((file) => limit && file.size > limit)
  const refuse = (file) => stopped(`${file.name} is larger than ${form.dataset.uploadLimit}. Nothing was sent. Choose a smaller file.`)

  input.addEventListener('change', () => {
    trouble.hidden = true
    if (tooLarge()) refuse(tooLarge())
  })
  box.querySelector('button').addEventListener('click', () => running && running.stop())
  form.addEventListener('submit', async (event) => {
    const files = [...input.files]
    if (!files.length && !running) return
    event.preventDefault()
    if (running) return
    if (tooLarge()) return refuse(tooLarge())
    trouble.hidden = true
    running = { stop: () => {} }
    box.hidden = false
    said.textContent = 'Uploading: 0%'
    const token = form.querySelector('[name="csrf_token"]').value
    const came = await resuming.sendAll(files, { address: form.dataset.resumable, token, bar, said, running })
    const page = await asked(form.action)
    if (!page) {
      running = null
      box.hidden = true
      return stopped('The connection was lost. What arrived is kept: choose the same files again to go on.')
    }
    show(page)
    told(came)
  })
}

// What came of it, on the page as it stands now.
function told({ good, faults, stopped }) {
  const [done, trouble] = [document.querySelector('[data-upload-done]'), document.querySelector('[data-upload-trouble]')]
  if (!done || !trouble) return
  const added = good ? `${good} ${good === 1 ? 'file is' : 'files are'} added.` : ''
  const why = stopped ? ['You stopped the upload. What arrived is kept: choose the same files again to go on.'] : faults
  const [place, text] = why.length ? [trouble, [added, ...why].filter(Boolean).join(' ')] : [done, added]
  place.textContent = text
  place.hidden = false
  place.focus()
}

start()
