// Says that the session is about to end, counts down, and lets somebody stay. What they typed is kept first; when the time
// is over, the page leaves, so that nothing stays on the screen, and after signing in it comes back as it was typed.
import { keepNow } from './unsent.js'

const BEFORE = 300 // seconds: five minutes to answer
const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('custodes-session') : null
let timers = []
let arm = () => {}

// Shown, not spoken: a countdown read out each second would drown what it says. The time of the end is spoken once.
const left = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

export function warnBeforeExpiry() {
  const box = document.querySelector('dialog[data-expiry]')
  timers.forEach(clearTimeout)
  if (!box || !box.showModal) return
  const [text, shown, stay] = ['#expiry-text', '[data-expiry-left]', '[data-expiry-stay]'].map((one) => box.querySelector(one))
  const lasts = Number(box.dataset.expiry)

  const count = (end) => {
    const seconds = Math.round((end - Date.now()) / 1000)
    if (seconds <= 0) return window.location.reload()
    shown.textContent = left(seconds)
    timers.push(setTimeout(() => count(end), 1000))
  }
  const warn = () => {
    const end = Date.now() + BEFORE * 1000
    const time = new Date(end).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
    box.showModal()
    text.textContent = box.dataset.expirySoon.replace('{time}', time)
    count(end)
  }
  arm = () => {
    timers.forEach(clearTimeout)
    timers = [setTimeout(keepNow, Math.max(0, lasts - BEFORE - 30) * 1000), setTimeout(warn, Math.max(0, lasts - BEFORE) * 1000)]
    if (box.open) box.close()
  }
  const again = async () => {
    const answer = await fetch(box.dataset.stay, { redirect: 'error', cache: 'no-store' }).catch(() => null)
    if (!answer || !answer.ok) {
      text.textContent = box.dataset.expiryOver
      timers.forEach(clearTimeout)
      return
    }
    arm()
    if (tabs) tabs.postMessage('seen')
  }
  stay.addEventListener('click', again)
  box.addEventListener('cancel', (event) => {
    event.preventDefault() // the Escape key is an answer too
    again()
  })
  if (tabs) tabs.postMessage('seen')
  arm()
}

document.addEventListener('custodes:seen', () => arm())
if (tabs) tabs.onmessage = () => arm() // another page of this browser was used: the session is the same
