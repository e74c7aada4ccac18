// A combobox of a search that stands in a form: editable, with a list of what fits, nothing chosen by itself (WAI-ARIA
// authoring practices). It asks the form it stands in, as its button Find does, and puts text in as text alone.
const PAUSE = 250 // milliseconds after the last key
const LEAST = 2

// Only what the search needs is sent: no file, and nothing typed elsewhere.
function ask(form, name, text) {
  return new Promise((done) => {
    const asking = new XMLHttpRequest()
    asking.open('POST', form.getAttribute('action') || window.location.href)
    asking.responseType = 'document'
    asking.addEventListener('loadend', () => done(asking.status === 200 ? asking.response : null))
    const token = form.querySelector('[name="csrf_token"]').value
    asking.send(new URLSearchParams([['csrf_token', token], ['find', name], [`${name}-find`, text]]))
  })
}

const made = (tag, values = {}, attributes = {}) => {
  const element = Object.assign(document.createElement(tag), values)
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value))
  return element
}

const pairs = (box) => [...box.querySelectorAll('input[type="radio"]')].map((radio) => (
  { value: radio.value, text: box.querySelector(`label[for="${CSS.escape(radio.id)}"]`).textContent.trim(), checked: radio.checked }
))

export function findWhileTyping(box) {
  const [name, form, input] = [box.dataset.finder, box.closest('form'), box.querySelector('input[type="text"]')]
  const none = pairs(box).find((each) => !each.value)
  const before = pairs(box).find((each) => each.checked && each.value)
  box.querySelectorAll('fieldset, button, input[type="hidden"], [role="status"], fieldset + p').forEach((each) => each.remove())
  const value = made('input', { type: 'hidden', name, value: before ? before.value : '' })
  const found = made('input', { type: 'hidden', name: `${name}-found` })
  const list = made('ul', { id: `${input.id}-list`, className: 'app-finder__list', hidden: true }, { role: 'listbox', 'aria-label': box.dataset.legend })
  const said = made('div', { className: 'govuk-visually-hidden' }, { role: 'status' })
  let [options, at, timer, turn] = [[], -1, 0, 0]

  if (before) input.value = before.text
  found.value = input.value
  const attributes = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': list.id }
  Object.entries(attributes).forEach(([key, text]) => input.setAttribute(key, text))
  input.parentElement.append(list)
  box.append(value, found, said)

  const close = () => {
    list.hidden = true
    at = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const move = (to) => {
    at = (to + options.length) % options.length
    ;[...list.children].forEach((each, index) => each.setAttribute('aria-selected', String(index === at)))
    list.children[at].scrollIntoView({ block: 'nearest' })
    input.setAttribute('aria-activedescendant', list.children[at].id)
  }
  const choose = (option) => {
    value.value = option.value
    input.value = option.value ? option.text : ''
    found.value = input.value
    said.textContent = option.text
    close()
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }
  const open = () => {
    list.replaceChildren(...options.map((option, index) => {
      const line = made('li', { id: `${list.id}-${index}`, className: 'app-finder__option', textContent: option.text }, { role: 'option', 'aria-selected': 'false' })
      line.addEventListener('mousedown', (event) => event.preventDefault()) // the focus stays in the field
      line.addEventListener('click', () => choose(option))
      return line
    }))
    list.hidden = options.length === 0
    input.setAttribute('aria-expanded', String(options.length > 0))
    said.textContent = options.length ? box.dataset.many.replace('{count}', options.length) : box.dataset.none
  }
  const look = async () => {
    const [mine, text] = [(turn += 1), input.value.trim()]
    if (text.length < LEAST) return close()
    const page = await ask(form, name, text)
    if (mine !== turn) return
    const answer = page && page.querySelector(`[data-finder="${CSS.escape(name)}"]`)
    if (!answer) {
      close()
      said.textContent = box.dataset.lost
      return
    }
    options = pairs(answer).filter((each) => each.value || none)
    open()
  }

  input.addEventListener('input', () => {
    value.value = ''
    found.value = input.value // sent as it stands: the form says what is missing
    clearTimeout(timer)
    timer = setTimeout(look, PAUSE)
  })
  input.addEventListener('blur', close)
  input.addEventListener('keydown', (event) => {
    if (list.hidden) {
      if (event.key === 'ArrowDown' && options.length) {
        event.preventDefault()
        open()
        move(0)
      }
      return
    }
    const steps = { ArrowDown: at + 1, ArrowUp: at < 0 ? options.length - 1 : at - 1 }
    if (event.key in steps) {
      event.preventDefault()
      move(steps[event.key])
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault()
      choose(options[at])
    } else if (event.key === 'Escape') {
      event.preventDefault()
      close()
    }
  })
}
