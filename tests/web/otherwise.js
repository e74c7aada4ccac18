// Looks at a page that somebody has on paper, in colours of their own, on a very narrow screen, or with wider spacing.
// One expression: (what) => faults, each a sentence and the beginning of the element it is about.
(what) => {
  const faults = new Set()
  const shown = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 160)
  const fault = (words, element) => faults.add(`${words}: ${shown(element)}`)
  const style = (element, pseudo) => getComputedStyle(element, pseudo)
  const all = (selector, within = document) => [...within.querySelectorAll(selector)]
  const numbers = (colour) => (colour.match(/[\d.]+/g) || []).map(Number)
  const FIELDS = 'input:not([type="hidden"]), select, textarea'
  const FOCUSABLE = `a[href], button, summary, [tabindex="0"], ${FIELDS}`

  // What is there for the ear alone lies in a box of one pixel; what is in it is as large as it likes.
  const hiddenBox = new WeakMap()
  const forTheEar = (element) => {
    if (!element || element === document.body) return false
    if (!hiddenBox.has(element)) {
      const { overflowX, clipPath, position } = style(element)
      const tiny = element.offsetWidth <= 1 && overflowX !== 'visible' && position === 'absolute'
      hiddenBox.set(element, tiny || clipPath === 'inset(50%)' || forTheEar(element.parentElement))
    }
    return hiddenBox.get(element)
  }
  const visible = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0 && !forTheEar(element)

  // Scrolling boxes show what lies within them alone.
  const within = (box, element) => {
    let { left, right, top, bottom } = box
    for (let at = element; at && at !== document.body && at !== document.documentElement; at = at.parentElement) {
      const { overflowX, overflowY } = style(at)
      if (overflowX === 'visible' && overflowY === 'visible') continue
      const edge = at.getBoundingClientRect()
      left = Math.max(left, edge.left)
      right = Math.min(right, edge.right)
      top = Math.max(top, edge.top)
      bottom = Math.min(bottom, edge.bottom)
    }
    return { left, right, top, bottom, width: right - left, height: bottom - top }
  }
  const texts = () => {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const { data, parentElement: element } = walker.currentNode
      if (!data.trim() || element.closest('script, style, noscript, option, title, desc, textarea') || !visible(element)) continue
      const range = document.createRange()
      range.selectNodeContents(walker.currentNode)
      const lines = [...range.getClientRects()].map((line) => within(line, element)).filter((line) => line.width > 1 && line.height > 1)
      if (lines.length) found.push({ element, lines, data: data.trim() })
    }
    return found
  }

  const light = (colour) => {
    const [red, green, blue] = numbers(colour).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a)
    return (high + 0.05) / (low + 0.05)
  }
  const clear = (colour) => colour === 'transparent' || colour === 'none' || numbers(colour)[3] === 0
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = style(at)
      if (!clear(backgroundColor)) return backgroundColor
    }
    const canvas = document.createElement('i')
    canvas.style.color = 'Canvas'
    document.body.append(canvas)
    const { color } = style(canvas)
    canvas.remove()
    return color
  }

  const beyondTheEdge = (sideways = true) => {
    const wide = document.documentElement.clientWidth
    if (sideways && document.documentElement.scrollWidth > wide) faults.add(`the page scrolls sideways: ${document.documentElement.scrollWidth} of ${wide} px`)
    for (const { element, lines } of texts()) {
      if (lines.some((line) => line.right > wide + 1 || line.left < -1)) fault('text goes beyond the edge', element)
    }
  }
  // What is drawn may end at the edge of its box, words may not.
  const spills = (element) => {
    const edge = element.getBoundingClientRect()
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      if (!walker.currentNode.data.trim() || !visible(walker.currentNode.parentElement)) continue
      const range = document.createRange()
      range.selectNodeContents(walker.currentNode)
      for (const line of range.getClientRects()) {
        if (line.right > edge.right + 1 || line.left < edge.left - 1 || line.bottom > edge.bottom + 4 || line.top < edge.top - 4) return true
      }
    }
    return false
  }
  const cutOff = (scrolling) => {
    for (const element of all('body *')) {
      const { overflowX, overflowY, display } = style(element)
      if (display === 'inline' || element.matches(FIELDS) || element.closest('svg')) continue
      const across = element.scrollWidth > element.clientWidth + 1 && overflowX !== 'visible'
      const down = element.scrollHeight > element.clientHeight + 1 && overflowY !== 'visible'
      if ((!across && !down) || !element.innerText?.trim() || !visible(element)) continue
      if (!scrolling || (across && overflowX !== 'auto' && overflowX !== 'scroll') || (down && overflowY !== 'auto' && overflowY !== 'scroll')) {
        if (spills(element)) fault('what it holds is cut off', element)
      }
      else scrolls(element, across)
    }
  }
  const scrolls = (element, across) => {
    const named = element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || (!across && element.closest('fieldset'))
    if (!named) fault('a region that scrolls has no name', element)
    if (element.tabIndex < 0 && (across || !element.querySelector(FOCUSABLE))) fault('a region that scrolls cannot be focused', element)
  }
  const overlapping = () => {
    const lines = texts().flatMap(({ element, lines: own }) => own.map((line) => ({ element, ...line })))
    lines.sort((one, other) => one.top - other.top)
    lines.forEach((one, at) => {
      for (const other of lines.slice(at + 1)) {
        if (other.top >= one.bottom) break
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top)
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left)
        if (across > 2 && down > 0.45 * Math.min(one.bottom - one.top, other.bottom - other.top)) fault(`text lies over “${other.element.textContent.trim().slice(0, 40)}”`, one.element)
      }
    })
  }

  const LEAST = 24 // WCAG 2.5.8, with its exceptions: a link in a sentence, and room enough around
  const touched = () => {
    const targets = all(`${FOCUSABLE}, label[for]`).filter(visible).filter((each) => !each.matches('[role="region"], [tabindex="-1"]'))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height > 1)
    const small = targets.filter(({ element, box }) => (box.width < LEAST || box.height < LEAST) && !element.matches('label') && !inSentence(element))
    const middle = ({ box }) => [box.left + box.width / 2, box.top + box.height / 2]
    for (const one of small) {
      const [x, y] = middle(one)
      const crowd = targets.some((other) => {
        if (other === one || one.element.contains(other.element) || other.element.contains(one.element) || other.element.htmlFor === (one.element.id || null)) return false
        if (small.includes(other)) {
          const [a, b] = middle(other)
          if (Math.hypot(a - x, b - y) < LEAST) return true
        }
        const { left, right, top, bottom } = other.box
        return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom)) < LEAST / 2
      })
      if (crowd) fault('too small to be touched', one.element)
    }
  }
  const inSentence = (element) => {
    if (style(element).display !== 'inline') return false
    const block = element.closest('p, li, dd, td, th, div, label, legend, figcaption')
    return Boolean(block) && block.innerText.trim().length > element.innerText.trim().length
  }

  const LEFT_OUT = 'button, input[type="submit"], input[type="file"], .govuk-button, nav, .govuk-skip-link, .govuk-back-link, .govuk-service-navigation, .govuk-footer, '
    + '.govuk-pagination, .app-filter, .app-languages, .app-finder, dialog'
  const print = () => {
    all(LEFT_OUT).filter(visible).forEach((element) => fault('it is of no use on paper', element))
    const words = texts()
    const marks = all('.app-marking')
    const tops = words.map(({ lines }) => lines[0].top)
    const [first, last] = [marks[0], marks.at(-1)]
    if (!first || !visible(first) || first.getBoundingClientRect().top > Math.min(...tops) || style(first.closest('header, .govuk-template__header') || first).display !== 'table-header-group') faults.add('no marking stands at the top of each sheet')
    if (!last || last === first || !visible(last) || last.getBoundingClientRect().bottom < Math.max(...tops) || style(last.closest('footer, .govuk-template__footer') || last).display !== 'table-footer-group') faults.add('no marking stands at the bottom of each sheet')
    // Browsers leave backgrounds out: what is light on dark is gone.
    for (const { element } of words) {
      const { color, fill, printColorAdjust } = style(element)
      if (printColorAdjust !== 'exact' && contrast(element.closest('svg') ? fill : color, 'rgb(255, 255, 255)') < 4.5) fault('too pale on paper', element)
    }
    for (const shut of all('main details:not([open]):not(.app-filter)')) {
      if (shut.children[1] && !shut.children[1].checkVisibility({ contentVisibilityAuto: false })) fault('it is shut on paper', shut)
    }
    beyondTheEdge(false) // what is there for the ear may lie there, and paper does not scroll
    cutOff(false)
  }

  const edged = (found) => ['Top', 'Right', 'Bottom', 'Left'].some((side) => parseFloat(found[`border${side}Width`]) > 0 && found[`border${side}Style`] !== 'none' && !clear(found[`border${side}Color`]))
  const told = ({ outlineStyle, outlineWidth, outlineColor }, ground) => outlineStyle === 'auto'
    || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !clear(outlineColor) && contrast(outlineColor, ground) >= 3)
  const kind = (element) => `${element.tagName} ${element.type || ''} ${[...element.classList].sort().join('.')}`
  // The page's own scripts do not hear of it: a list that shuts when its field is left stays as it was.
  const MOVES = ['focus', 'blur', 'focusin', 'focusout']
  const unheard = (event) => event.stopImmediatePropagation()
  const focusSeen = () => {
    const kinds = new Set()
    const before = document.activeElement
    MOVES.forEach((each) => window.addEventListener(each, unheard, true))
    for (const element of all(FOCUSABLE)) {
      if (kinds.has(kind(element)) || element.disabled || !element.checkVisibility({ visibilityProperty: true })) continue
      kinds.add(kind(element))
      element.focus({ preventScroll: true })
      if (document.activeElement !== element) continue
      const label = element.matches('[type="radio"], [type="checkbox"]') && element.labels[0]
      const places = [style(element), ...(label ? [style(label, '::before')] : [])]
      if (!places.some((found) => told(found, behind(element.parentElement)))) fault('focus is not seen', element)
    }
    document.activeElement.blur()
    if (before && before !== document.body) before.focus({ preventScroll: true })
    MOVES.forEach((each) => window.removeEventListener(each, unheard, true))
  }
  const EDGED = '.govuk-button, .govuk-input, .govuk-select, .govuk-textarea, .govuk-error-summary, .moj-alert, dialog, '
    + '.app-finder__list, .moj-filter__tag, .app-filter, progress, .govuk-inset-text, .app-empty'
  const forced = () => {
    for (const element of all(EDGED).filter(visible)) {
      if (!edged(style(element)) && !element.matches('progress')) fault('it has no edge', element)
    }
    for (const element of all('.govuk-tag, .govuk-error-message').filter(visible)) {
      if (!edged(style(element)) && Number(style(element).fontWeight) < 600) fault('it looks like any other text', element)
    }
    for (const input of all('[type="radio"], [type="checkbox"]')) {
      const label = input.labels[0]
      if (!label || !visible(label)) continue
      if (style(input).opacity === '0' && !edged(style(label, '::before'))) fault('its box is not seen', input)
      if (style(input).opacity === '0' && input.checked && !edged(style(label, '::after'))) fault('its tick is not seen', input)
    }
    for (const { element } of texts()) {
      const { color, fill } = style(element)
      if (contrast(element.closest('svg') ? fill : color, behind(element)) < 4.5) fault('its text is not seen', element)
    }
    for (const shape of all('svg path, svg rect, svg line, svg circle').filter(visible)) {
      const { fill, stroke, strokeWidth, forcedColorAdjust } = style(shape)
      const inks = [...(shape.matches('line') || clear(fill) ? [] : [fill]), ...(clear(stroke) || !parseFloat(strokeWidth) ? [] : [stroke])]
      const paper = shape.matches('rect') && shape.getBoundingClientRect().width >= shape.ownerSVGElement.getBoundingClientRect().width
      if (!paper && !inks.some((ink) => contrast(ink, behind(shape)) >= 3)) fault(`it is not seen (${forcedColorAdjust})`, shape)
    }
    focusSeen()
  }

  const SMALLEST = 11 // pixels: below that nobody reads a letter
  const narrow = () => {
    beyondTheEdge()
    cutOff(true)
    overlapping()
    for (const { element } of texts()) {
      const drawn = element.closest('svg')
      const size = parseFloat(style(element).fontSize) * (drawn ? drawn.getBoundingClientRect().width / (drawn.viewBox.baseVal.width || drawn.getBoundingClientRect().width) : 1)
      if (size < SMALLEST) fault(`letters of ${size.toFixed(1)} px`, element)
    }
    touched()
  }
  // WCAG 1.4.12. A sheet made by script is none that the content policy looks at.
  const spaced = () => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }')
    document.adoptedStyleSheets.push(sheet)
    beyondTheEdge()
    cutOff(true)
    overlapping()
    document.adoptedStyleSheets.pop()
  }
  const opened = (looked) => () => {
    const shut = all('details:not([open])')
    shut.forEach((each) => each.setAttribute('open', ''))
    looked()
    shut.forEach((each) => each.removeAttribute('open'))
  }

  const kinds = () => {
    const names = new Set(all('[class]').flatMap((each) => [...each.classList]).filter((name) => /^(govuk|moj|app)-/.test(name) && !/![^ ]*|--|__/.test(name)))
    return faults.add([...names, document.body.classList.contains('js-enabled') ? 'script' : ''].sort().join(' '))
  }
  ;({ print, forced, narrow: opened(narrow), spaced: opened(spaced), kinds })[what]()
  return [...faults].slice(0, 20)
}
