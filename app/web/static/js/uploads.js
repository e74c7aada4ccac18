// Files that go on where they broke off (tus 1.0). Nothing of them is kept in this browser: on a shared computer even a
// file's name would tell. What is under way the page says, to whom it belongs.
import '../vendor/tus/tus.min.js'

const PAUSES = [1000, 2000, 5000, 10000, 20000, 30000, 60000, 60000] // milliseconds before trying again
const QUIET = 4000 // milliseconds between two announcements

const based = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

function about(file) {
  const found = { filename: file.name }
  if (file.type) found.filetype = file.type
  return { ...found, modified: String(file.lastModified) } // another file of that name and length is another file
}

function begunBefore(file) {
  const said = Object.entries(about(file)).map(([key, value]) => `${key} ${based(value)}`).join(',')
  const same = (one) => one.dataset.said === said && Number(one.dataset.size) === file.size
  return [...document.querySelectorAll('[data-upload-begun]')].find(same)?.dataset.uploadBegun || null
}

function reason(error) {
  const answer = error.originalResponse
  if (!answer) return 'the connection was lost. What arrived is kept: choose the file again to go on.'
  try {
    return JSON.parse(answer.getBody()).detail
  } catch {
    return 'it was refused. Try again, or go on without it.'
  }
}

// One file. The promise gives why it did not arrive; nothing when it did.
function send(file, { address, token, moved, waiting, running }) {
  return new Promise((done) => {
    const upload = new window.tus.Upload(file, {
      endpoint: address,
      uploadUrl: begunBefore(file),
      metadata: about(file),
      headers: { 'X-CSRF-Token': token },
      retryDelays: PAUSES,
      storeFingerprintForResuming: false,
      onProgress: (sent) => moved(sent),
      onShouldRetry: (error) => {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0
        const again = status === 0 || status >= 500 || status === 409
        if (again) waiting()
        return again
      },
      onError: (error) => done(reason(error)),
      onSuccess: () => done(''),
    })
    running.stop = () => {
      upload.abort()
      done('stopped')
    }
    upload.start()
  })
}

// All of them, one after the other. tell(text) speaks at once, say(share, text) now and then.
export async function sendAll(files, { address, token, bar, said, running }) {
  const total = files.reduce((sum, file) => sum + file.size, 0)
  let [before, spoken] = [0, 0]
  const tell = (text) => {
    said.textContent = text
    spoken = Date.now()
  }
  const faults = []
  let good = 0
  for (const [number, file] of files.entries()) {
    const which = files.length > 1 ? `file ${number + 1} of ${files.length}` : 'the file'
    const fault = await send(file, {
      address,
      token,
      running,
      moved: (sent) => {
        const done = Math.floor(((before + sent) / total) * 100)
        bar.value = done
        if (sent === file.size) tell(`Sent ${which}. It is being sealed and checked.`)
        else if (Date.now() - spoken >= QUIET) tell(`Uploading ${which}: ${done}% of all`)
      },
      waiting: () => tell('The connection is lost. What arrived is kept. Trying again.'),
    })
    before += file.size
    if (fault === 'stopped') return { good, faults, stopped: true }
    if (fault) faults.push(`${file.name}: ${fault}`)
    else good += 1
  }
  return { good, faults, stopped: false }
}
